// A fold in which a reader types an expression. The note below the field lists what the expression may
// contain or, if it cannot be read, what is wrong and where.
// needs: parts-parse
(() => {
  const {html} = nn;
  const AROUND = 16;  // letters shown before and after the wrong piece
  const STYLE = `
    .nn-typed { margin: .5rem 0 0; }
    .nn-typed summary {
      cursor: pointer; min-height: 2.3rem; line-height: 2.3rem;
      overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    .nn-typed textarea {
      display: block; box-sizing: border-box; width: 100%; min-height: 2.3rem; max-height: 12rem;
      padding: .4rem .6rem; field-sizing: content; resize: vertical;
      font: 1rem/1.5 var(--pst-font-family-monospace, monospace); color: inherit;
      background: var(--nn-soft); border: 1px solid var(--nn-ink); border-radius: 4px;
    }
    .nn-typed textarea[aria-invalid] { border-color: var(--nn-b); outline-color: var(--nn-b); }
    .nn-problem { margin: .3rem 0 0; overflow-wrap: anywhere; }
    .nn-problem:not(:empty) { border-left: 5px solid var(--nn-b); padding-left: .6rem; }
    .nn-problem:not(:empty) + .nn-note { display: none; }
    .nn-problem code { display: block; white-space: pre-wrap; color: inherit; background: none; }
    .nn-problem mark { color: inherit; background: none; border-bottom: 3px solid var(--nn-b); }`;

  // text: what is typed; show(words) writes the expression into the closed fold; tell(problem)
  // explains an nn.Problem, or nothing if there is none; edited() is called after changes.
  function expressionEditor(edited) {
    nn.style("editor", STYLE);
    const key = nn.id();
    const problem = html("p", {class: "nn-problem", role: "status", id: nn.id()});
    const hint = html(
      "p",
      {class: "nn-note", id: nn.id()},
      "You can use numbers, names, + - * / **, brackets and the functions exp, log, max, relu, " +
        "sigmoid and tanh. Name a result with = and separate it from the next one with ;",
    );
    const input = html("textarea", {
      id: key, rows: 2, spellcheck: "false", autocapitalize: "off", autocomplete: "off",
      autocorrect: "off", "aria-describedby": `${problem.id} ${hint.id}`,
      oninput: edited,
    });
    const shown = html("code");
    const node = html(
      "details",
      {class: "nn-typed"},
      html("summary", {}, "Type your own: ", shown),
      html("label", {for: key}, "Expression"),
      input,
      problem,
      hint,
    );
    return {
      node,
      get text() { return input.value; },
      set text(words) { input.value = words; },
      show(words) { shown.textContent = words; },
      tell(wrong) {
        problem.replaceChildren(...wrong ? explained(wrong) : []);
        if (wrong) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      },
    };
  }

  // What is wrong, and the wrong piece of the text, marked between its neighbours.
  function explained({message, text, from, to}) {
    const words = `${message}. The graph still shows the last expression that worked.`;
    if (to - from === text.length) return [words];
    const cutBefore = from > AROUND ? "…" : "";
    const cutAfter = to + AROUND < text.length ? "…" : "";
    const before = cutBefore + text.slice(Math.max(0, from - AROUND), from);
    const piece = text.slice(from, Math.min(to, from + 40)).replace("\n", "↵") || "\u00a0";
    const after = text.slice(to, to + AROUND) + cutAfter;
    return [words, html("code", {}, before, html("mark", {}, piece), after)];
  }

  Object.assign(nn, {expressionEditor});
})();
