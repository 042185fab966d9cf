// The kinds of questions that are answered by choosing, ticking, typing or pressing a line.
// Each has judge(question, given) → {right, say, each?} or null for an answer that doesn't fit the
// question (from an older page), and build(question, submit) → {node, set(given, verdict)}.
nn.kinds = (() => {
  const {rich, box, named, number, shown} = nn.ask;
  const whole = (value, end) => Number.isInteger(value) && value >= 0 && value < end;

  const single = {
    judge({choices}, given) {
      if (!whole(given, choices.length)) return null;
      return {right: choices[given].right, say: choices[given].reason};
    },
    build({choices}, submit, title) {
      const rows = choices.map((choice, k) =>
        named(
          nn.html(
            "button",
            {type: "button", class: "nn-pick", "aria-pressed": false, onclick: () => submit(k)},
            nn.html("span", {class: "nn-mark", "aria-hidden": "true"}),
            rich(choice.text),
          ),
          choice.text,
        ),
      );
      return {
        node: nn.html("div", {role: "group", "aria-labelledby": title, class: "nn-picks"}, ...rows),
        first: rows[0],
        set(given, verdict) {
          rows.forEach((row, k) => {
            row.setAttribute("aria-pressed", k === given);
            mark(row, k === given ? verdict?.right : null);
          });
        },
      };
    },
  };

  // The sign next to a choice: ✓, ✗ or nothing.
  function mark(row, right) {
    row.classList.toggle("nn-yes", right === true);
    row.classList.toggle("nn-no", right === false);
    row.querySelector(".nn-mark").textContent = right === true ? "✓" : right === false ? "✗" : "";
  }

  const multiple = {
    judge({choices}, given) {
      if (!Array.isArray(given) || !given.every(k => whole(k, choices.length))) return null;
      const each = choices.map((choice, k) => choice.right === given.includes(k));
      const good = each.filter(Boolean).length;
      const almost = each.length - good === 1;
      return {right: good === each.length, each, almost,
        say: good === each.length ? "every box is correct."
          : almost ? `one of the ${each.length} boxes is wrong (✗).`
            : `${good} of ${each.length} boxes ${good === 1 ? "is" : "are"} correct. ` +
              "Look for those marked ✗."};
    },
    build({choices}, submit, title) {
      const inputs = choices.map(choice =>
        named(nn.html("input", {type: "checkbox", id: nn.id()}), choice.text),
      );
      const whys = choices.map(() => nn.html("div", {class: "nn-because", id: nn.id()}));
      const rows = choices.map((choice, k) => nn.html("div", {class: "nn-box"},
        nn.html("label", {for: inputs[k].id}, inputs[k], rich(choice.text),
          nn.html("span", {class: "nn-mark", "aria-hidden": "true"})), whys[k]));
      const ticked = () => choices.flatMap((_, k) => (inputs[k].checked ? [k] : []));
      return {
        node: nn.html("div", {role: "group", "aria-labelledby": title, class: "nn-boxes"},
          ...rows, nn.button("Check", () => submit(ticked()))),
        first: inputs[0],
        set(given, verdict) {
          rows.forEach((row, k) => {
            inputs[k].checked = given?.includes(k) ?? false;
            inputs[k].setAttribute("aria-describedby", verdict ? whys[k].id : "");
            mark(row, verdict?.each[k] ?? null);
            const word = verdict?.each[k]
              ? "Right: "
              : inputs[k].checked
                ? "No: "
                : "This one is right too: ";
            whys[k].replaceChildren(...(verdict ? [word, rich(choices[k].reason)] : []));
          });
        },
      };
    },
  };

  // How a wrong number without its own reason relates to the correct one.
  function hint(value, {answer, tolerance}) {
    const near = (a, b) => Math.abs(a - b) <= Math.max(tolerance, 0.01 * Math.abs(b));
    if (answer !== 0 && near(-value, answer)) return "the size is correct. Check the sign.";
    if (answer !== 0 && value !== 0) {
      if (value < 0 !== answer < 0) return `the answer is ${answer < 0 ? "negative" : "positive"}.`;
      const power = Math.round(Math.log10(value / answer));
      if (power !== 0 && near(value / 10 ** power, answer)) {
        return `the digits are correct, but the decimal point is ${Math.abs(power)} ` +
          `place${Math.abs(power) > 1 ? "s" : ""} too far to the ${power > 0 ? "right" : "left"}.`;
      }
      if (near(1 / value, answer)) {
        return "that is 1 divided by the answer. What belongs in the denominator?";
      }
    }
    const off = Math.abs(value - answer), way = value > answer ? "large" : "small";
    if (off <= 5 * tolerance) return `close, but a little too ${way}. Round only at the end.`;
    const ratio = Math.abs(value / answer);
    const times =
      ratio > 10
        ? "more than ten times too "
        : ratio < 0.1 && value !== 0
          ? "less than a tenth of the answer: too "
          : "too ";
    return `${times}${way}.`;
  }

  const numeric = {
    judge(question, given) {
      if (typeof given !== "string" || given.length > 60) return null;
      const {answer, tolerance, unit, wrong, why} = question;
      const {value, problem} = number(given, unit);
      if (problem) return {problem};
      const near = (b, room) => Math.abs(value - b) <= room + 1e-9 * Math.abs(b);
      if (near(answer, tolerance)) {
        return {right: true, say: `${shown(answer)}${unit ? ` ${unit}` : ""}; ${why}`};
      }
      const trap = wrong.find(one => near(one.value, one.room));
      return {right: false, say: trap ? trap.reason : hint(value, question)};
    },
    build({unit}, submit, title, note) {
      const asked = box({unit, label: "Your answer:", press: "Check", enter: submit, after: note});
      asked.input.setAttribute("aria-describedby", `${title} ${note}`);
      return {
        node: asked.node, first: asked.input,
        set(given, verdict) {
          if (given !== undefined) asked.input.value = given;
          asked.input.setAttribute("aria-invalid", verdict?.right === false);
        },
      };
    },
  };

  const bug = {
    judge({lines, line}, given) {
      if (!whole(given, lines.length) || !lines[given].code.trim()) return null;
      return {right: given === line - 1, say: lines[given].reason};
    },
    build({lines}, submit, title) {
      const rows = lines.map(({code}, k) => (code.trim()
        ? nn.html("button", {type: "button", class: "nn-codeline", "aria-pressed": false,
          onclick: () => submit(k)}, nn.html("span", {class: "nn-mark", "aria-hidden": "true"}),
        nn.html("span", {class: "nn-lineno"}, k + 1), nn.html("code", {}, code))
        : nn.html("span", {class: "nn-codeline"}, nn.html("span", {class: "nn-mark"}), " ")));
      const pressed = rows.filter(row => row.tagName === "BUTTON");
      return {
        node: nn.html(
          "div",
          {role: "group", "aria-labelledby": title, class: "nn-program"},
          ...rows,
        ),
        first: pressed[0],
        set(given, verdict) {
          rows.forEach((row, k) => {
            if (row.tagName !== "BUTTON") return;
            row.setAttribute("aria-pressed", k === given);
            mark(row, k === given ? verdict?.right : null);
          });
        },
      };
    },
  };

  return {single, multiple, numeric, bug};
})();
