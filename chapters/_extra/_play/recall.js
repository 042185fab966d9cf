// <nn-recall>: the result of a prediction, next to what the reader guessed. It is behind the
// prediction's curtain.
// needs: progress ask
nn.define("recall", (element, {id, name, right, text, choices, unit, wrong = []}) => {
  const {rich, shown} = nn.ask;
  const answer = nn.html("div", {class: "nn-note"});
  const still = element.querySelector(".nn-fallback");
  still.classList.add("nn-paper");

  // The guess; null if there is none, or if it belongs to an older edition of the page.
  function guessed() {
    const pick = nn.progress.predicted(id);
    return choices && !(pick in choices) ? null : pick;
  }

  const amount = value => `${shown(value)}${unit ? ` ${unit}` : ""}`;

  // A guessed number is correct within 10% of the result.
  const agrees = pick => choices ? pick === right : Math.abs(pick - right) <= 0.1 * Math.abs(right);

  // Whether the guess was correct, and why: a wrong choice has its own reason before the text.
  function verdict(pick) {
    const yes = agrees(pick);
    const sign = nn.html("strong", {}, yes ? "✓ " : "✗ ");
    if (!choices) {
      const way = yes
        ? "That was close. "
        : pick > right
          ? "Your guess was too high. "
          : "Your guess was too low. ";
      return [sign, `You guessed ${amount(pick)}; the result is ${amount(right)}. `, way];
    }
    const reason = wrong.find(one => one.choice === pick)?.reason;
    return [
      sign, "Your guess: ", rich(choices[pick].replace(/\.$/, "")), ".", nn.html("br"),
      yes ? "That is correct. " : "Not quite. ",
      ...(reason ? [rich(reason), " "] : []),
    ];
  }

  function tell() {
    const pick = guessed(), known = pick !== null;
    element.classList.toggle("nn-yes", known && agrees(pick));
    element.classList.toggle("nn-no", known && !agrees(pick));
    answer.replaceChildren(...(known ? [nn.html("div", {}, ...verdict(pick))] : []), rich(text));
  }

  element.id = `recall-${name}`;
  element.replaceChildren(answer, still);
  tell();
  nn.progress.hear(tell);
  addEventListener("beforeprint", () => { still.querySelector("details").open = true; });
});
