// <nn-recall>: what came out, beside what the reader predicted; hidden until they committed or ask.
nn.define("recall", (element, {name, right, text, choices}) => {
  const answer = nn.html("p", {class: "nn-note", role: "status"});

  function tell() {
    const pick = nn.store.get(name);
    const said = pick === null ? "" : `You predicted: ${choices[+pick].replace(/\.$/, "")}. `;
    const verdict = pick === null ? "" : +pick === right ? "So it is. " : "It came out otherwise. ";
    answer.textContent = said + verdict + text;
    element.replaceChildren(answer);
  }

  function wait() {
    answer.textContent = "You have not committed to a prediction yet.";
    const back = nn.html("a", {href: `#predict-${name}`}, "Go back and predict");
    const show = nn.button("Show me", () => { tell(); answer.tabIndex = -1; answer.focus(); });
    element.replaceChildren(answer, nn.html("div", {class: "nn-bar"}, back, show));
  }

  if (nn.store.get(name) === null) wait(); else tell();
  addEventListener("nn-predict", event => { if (event.detail === name) tell(); });
});
