// <nn-recall>: what came out, beside what the reader predicted; hidden until they committed or ask.
// needs: progress ask
nn.define("recall", (element, {id, name, right, text, choices, unit}) => {
  const {rich, shown, put} = nn.ask;
  const answer = nn.html("div", {class: "nn-note", role: "status"});
  const still = element.querySelector(".nn-fallback");
  let open = false;
  still.classList.add("nn-paper");

  // What was committed to; null without a prediction, or when it is one of an older page.
  function committed() {
    const pick = nn.progress.predicted(id);
    return choices && !(pick in choices) ? null : pick;
  }

  const amount = value => `${shown(value)}${unit ? ` ${unit}` : ""}`;

  function verdict(pick) {
    if (pick === null) return [];
    if (!choices) return [`You predicted ${amount(pick)}; it came out as ${amount(right)}. `];
    const said = rich(choices[pick].replace(/\.$/, ""));
    return ["You predicted: ", said, pick === right ? ". So it is. " : ". It came out otherwise. "];
  }

  function tell() {
    open = true;
    element.replaceChildren(answer, still);
    put(answer, ...verdict(committed()), rich(text));
  }

  function wait() {
    open = false;
    answer.textContent = "You have not committed to a prediction yet.";
    const back = nn.html("a", {href: `#predict-${name}`}, "Go back and predict");
    const show = nn.button("Show me", () => { tell(); answer.tabIndex = -1; answer.focus(); });
    element.replaceChildren(answer, nn.html("div", {class: "nn-bar"}, back, show), still);
  }

  if (committed() === null) wait(); else tell();
  nn.progress.hear(() => { if (!open && committed() !== null) tell(); });
  addEventListener("beforeprint", () => { still.querySelector("details").open = true; });
});
