// <nn-goal> at the end of a task: it ticks the task when the reader has done it in the figure
// below. Data: {of: "race", steps: [{reading: test, …}, …]}. A step is reached when all its
// readings pass their tests at once, for at least a quarter of a second, and the task is done when
// every step has been reached. Nothing is stored. chapters/goals.yml describes readings and tests.
(() => {
  const PAUSE = 250;  // milliseconds for which a step must hold, so that sweeping past is no answer
  const NUMBER = /[−-]?\d[\d,]*(?:\.\d+)?(?:e[+−-]?\d+)?/;
  const TOUCHES = ["pointerover", "focusin", "pointerdown", "keydown", "input", "change", "click"];
  const trimmed = node => node.textContent.replace(/\s+/g, " ").trim();
  const named = node =>
    node.getAttribute("aria-label") ?? trimmed(node.labels?.[0] ?? node);

  // What a figure shows under a name: a text, or for "pressed" a list; null if there is none.
  function read(figure, name) {
    if (figure.readings?.[name]) return figure.readings[name]();
    if (name === "says") return [...figure.querySelectorAll(".nn-live")].map(trimmed).join(" ");
    if (name === "pressed") {
      return [...figure.querySelectorAll('[aria-pressed="true"], :checked')].map(named);
    }
    const fact = [...figure.querySelectorAll("dt")].find(dt => trimmed(dt) === name);
    if (fact) return trimmed(fact.nextElementSibling);
    const control = [...figure.querySelectorAll("input, [role=slider]")]
      .find(node => named(node) === name);
    return control ? control.getAttribute("aria-valuetext") ?? control.value : null;
  }

  const number = text => Number(
    (NUMBER.exec(text)?.[0] ?? "NaN").replaceAll("−", "-").replaceAll(",", ""));

  function passes(test, value, first) {
    if (Array.isArray(test)) return test.every(one => passes(one, value, first));
    if (test === "moved") return String(value) !== String(first);
    if (typeof test === "number") return number(value) === test;
    const [, sign, limit] = /^([<>]=?|!=) (.+)$/.exec(test) ?? [];
    if (sign === "!=") {
      return Array.isArray(value) ? !value.includes(limit) : number(value) !== Number(limit);
    }
    if (sign) {
      const v = number(value), l = Number(limit);
      return {"<": v < l, "<=": v <= l, ">": v > l, ">=": v >= l}[sign];
    }
    return Array.isArray(value) ? value.includes(test) : new RegExp(test).test(value ?? "");
  }

  function build(element, {of, steps}) {
    const figure = [...document.querySelectorAll(`nn-${of}`)]
      .find(one => element.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!figure) throw Error(`expected <nn-${of}> below the task, but there is none`);
    const names = [...new Set(steps.flatMap(Object.keys))];
    const held = steps.map(() => false), reached = steps.map(() => false);
    const changes = new MutationObserver(wake);
    let first = null, timer = 0;

    // Reading costs nothing before the reader comes to the figure.
    function begin() {
      if (first) return wake();
      first = Object.fromEntries(names.map(name => [name, read(figure, name)]));
      changes.observe(figure, {
        subtree: true, childList: true, characterData: true, attributes: true,
      });
    }

    function wake() {
      timer ||= setTimeout(check, PAUSE);
    }

    function check() {
      timer = 0;
      nn.flush();
      const now = Object.fromEntries(names.map(name => [name, read(figure, name)]));
      steps.forEach((step, k) => {
        const holds = Object.entries(step)
          .every(([name, test]) => passes(test, now[name], first[name]));
        reached[k] ||= holds && held[k];
        held[k] = holds;
      });
      tell();
      if (steps.some((_, k) => held[k] && !reached[k])) wake();
    }

    function tell() {
      const count = reached.filter(Boolean).length;
      if (!count) return;
      const done = count === steps.length;
      const parts = steps.length === 2
        ? `${reached[0] ? "First" : "Second"} part done` : `${count} of ${steps.length} done`;
      const words = done ? "Done" : parts;
      if (element.textContent !== words) element.textContent = words;
      if (!done) return;
      element.classList.add("nn-done");
      changes.disconnect();
      TOUCHES.forEach(type => figure.removeEventListener(type, begin, true));
    }

    element.replaceChildren();
    TOUCHES.forEach(type => figure.addEventListener(type, begin, true));
  }

  nn.define("goal", build, "of", "steps");
})();
