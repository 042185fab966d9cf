// One open cell of a page: the code to edit, its buttons and its output. Which
// cells run, and when, live.js decides.
// needs: parts
nn.liveCell = (() => {
  const {html, button} = nn;
  const LIMIT = 100_000;  // characters of output that one cell may show

  // What the reader typed at an earlier visit, with the code that the page had then.
  function stored(index) {
    try {
      return JSON.parse(nn.store.get(`cell-${index}`)) ?? {};
    } catch {
      return {};
    }
  }

  // A new line starts below the last one, one step further in after a colon.
  function indent(area) {
    const before = area.value.slice(0, area.selectionStart).split("\n").pop();
    const blanks = before.match(/^ */)[0];
    const deeper = before.trimEnd().endsWith(":") ? "    " : "";
    area.setRangeText(`\n${blanks}${deeper}`, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
  }

  // Where output goes: text in one block as long as no other kind comes between. typeset(node)
  // sets the formulas in it.
  function outputBox() {
    const node = html("div", {
      class: "nn-live-out", role: "group", "aria-label": "Output of your run",
    });
    let length = 0;
    let block = null;  // of text, to which more is added

    function clear() {
      node.replaceChildren();
      length = 0;
      block = null;
    }

    function show(kind, piece) {
      length += piece.length;
      if (length > LIMIT) {
        cut();
      } else if (kind === "html") {
        const shown = html("div", {class: "nn-bare"});
        shown.innerHTML = piece;
        node.append(shown);
        block = null;
      } else {
        if (!block || kind === "error") {
          block = html("pre", {class: kind === "error" ? "nn-live-error" : null});
          node.append(block);
        }
        block.append(piece);
      }
    }

    function cut() {
      if (node.querySelector(".nn-live-cut")) return;
      node.append(html("p", {class: "nn-live-cut"}, "The rest of the output is too long to show."));
    }

    return {node, clear, show};
  }

  // Replace the printed code (source) and its button by an open cell (node).
  // run(cell), stop() and closed(cell) are live.js's; typeset(node) sets formulas.
  return function open({node, source, opener, run, stop, closed, typeset}) {
    const index = Number(node.id.slice("nn-cell-".length));
    const original = source.querySelector("pre").textContent.replace(/\n$/, "");
    const printed = [...node.querySelectorAll(".cell_output")];
    const output = outputBox();
    const status = html("p", {role: "status", class: "nn-live-status"});
    const area = html("textarea", {
      spellcheck: "false", autocapitalize: "off", autocomplete: "off",
      "aria-label": "Code of this cell. Press Shift and Enter to run it.",
    });
    const go = button("Run", () => run(cell));
    const halt = button("Stop", stop);
    go.className = "nn-go";
    halt.className = "nn-halt";
    halt.hidden = true;
    const bar = html(
      "div", {class: "nn-bar"},
      go, halt, button("Reset code", reset), button("Close", close), status,
    );
    const box = html("div", {class: "nn-run", "data-state": "rest"}, area, bar, output.node);

    const cell = {
      index, area,
      show: output.show,
      begin() {
        go.hidden = true;
        halt.hidden = false;
        halt.focus({preventScroll: true});
        say("Starting …", "running");
      },
      say,
      finish(words, state) {
        const focused = document.activeElement === halt;
        go.hidden = false;
        halt.hidden = true;
        if (focused) go.focus({preventScroll: true});
        typeset(output.node);
        say(words, state);
      },
      // Remove the output of an earlier run and hide the printed output.
      clear() {
        output.clear();
        printed.forEach(part => { part.hidden = true; });
      },
      // Python didn't start: show what else the reader can do, and the printed output again.
      instead(...nodes) {
        output.clear();
        output.node.append(...nodes);
        printed.forEach(part => { part.hidden = false; });
      },
    };

    function say(words, state = box.dataset.state) {
      box.dataset.state = state;
      output.node.setAttribute("aria-busy", state === "running");
      status.textContent = words;
    }

    function fit() {
      area.rows = area.value.split("\n").length;
    }

    function reset() {
      area.value = original;
      nn.store.set(`cell-${index}`, "{}");
      fit();
      say("The original code is back.", "rest");
    }

    function close() {
      closed(cell);
      box.remove();
      [source, opener, ...printed].forEach(part => { part.hidden = false; });
      opener.querySelector("button").focus();
    }

    area.addEventListener("input", () => {
      fit();
      nn.store.set(`cell-${index}`, JSON.stringify({of: original, text: area.value}));
    });
    area.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      if (event.shiftKey || event.ctrlKey || event.metaKey) run(cell);
      else indent(area);
    });

    const kept = stored(index);
    area.value = kept.of === original ? kept.text : original;
    [source, opener].forEach(part => { part.hidden = true; });
    opener.after(box);
    fit();
    area.focus({preventScroll: true});
    return cell;
  };
})();
