// <nn-recall>: what came out, beside what the reader predicted; hidden until they committed or ask.
// needs: progress ask
nn.define("recall", (element, {id, name, right, text, choices, unit, wrong = []}) => {
  const {rich, shown} = nn.ask;
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

  // A number is right within a tenth of what came out: it was a guess.
  const near = pick => Math.abs(pick - right) <= 0.1 * Math.abs(right);

  // Whether the prediction was right, and why: a wrong one has its own reason before the text.
  function verdict(pick) {
    const yes = choices ? pick === right : near(pick);
    const sign = nn.html("strong", {}, yes ? "✓ " : "✗ ");
    if (!choices) {
      const way = yes
        ? "That was close. "
        : pick > right
          ? "Your guess was too high. "
          : "Your guess was too low. ";
      return [sign, `You predicted ${amount(pick)}; the result is ${amount(right)}. `, way];
    }
    const reason = wrong.find(one => one.choice === pick)?.reason;
    return [
      sign, "You predicted: ", rich(choices[pick].replace(/\.$/, "")),
      yes ? ". That is correct. " : ". The result is different. ",
      ...(reason ? [rich(reason), " "] : []),
    ];
  }

  function tell() {
    const pick = committed();
    open = true;
    element.replaceChildren(answer, still);
    if (pick !== null) {
      element.classList.add((choices ? pick === right : near(pick)) ? "nn-yes" : "nn-no");
    }
    answer.replaceChildren(
      ...(pick === null ? [] : [nn.html("div", {}, ...verdict(pick))]),
      rich(text),
    );
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
