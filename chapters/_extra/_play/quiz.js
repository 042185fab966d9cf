// <nn-quiz>: questions with instant feedback; every answer gets its reason and is stored.
// needs: progress ask kinds order
nn.define("quiz", (element, {questions}) => {
  const {rich} = nn.ask;
  const still = element.querySelector(".nn-fallback");
  const score = nn.html("p", {class: "nn-score"});

  const counted = tries => `${tries} ${tries === 1 ? "attempt" : "attempts"}`;

  function ask(question, k) {
    const title = nn.id(), note = nn.id();
    const why = nn.html("div", {class: "nn-why", role: "status", id: note});
    const tries = nn.html("span", {class: "nn-tries"});
    const again = nn.button("Try again", () => {
      nn.progress.again(question.id);
      show();
      kind.first.focus();
    });
    const kind = nn.kinds[question.kind].build(question, submit, title, note);
    const judge = given => nn.kinds[question.kind].judge(question, given);
    const foot = nn.html("div", {class: "nn-foot"}, again, tries);

    function submit(given) {
      const verdict = judge(given);
      if (verdict.problem) {
        why.className = "nn-why";
        why.replaceChildren(verdict.problem);
        return;
      }
      nn.progress.answer(question.id, given, verdict.right);
      show();
    }

    // The stored state of this question, or its first state.
    function show() {
      const kept = nn.progress.given(question.id);
      const verdict = kept && judge(kept.given);
      again.hidden = !verdict || Boolean(verdict.problem);
      foot.hidden = !kept;
      if (again.hidden) {
        kind.set(question.kind === "numeric" ? "" : null, null);
        why.className = "nn-why";
        why.replaceChildren();
        if (kept) tries.textContent = `${counted(kept.tries)} so far`;
        return;
      }
      kind.set(kept.given, verdict);
      why.classList.toggle("nn-yes", verdict.right);
      why.classList.toggle("nn-no", !verdict.right);
      const correct = "this is correct: ";  // how the reason for a line without a bug begins
      const innocent = !verdict.right && verdict.say.startsWith(correct);
      why.replaceChildren(
        nn.html("strong", {}, verdict.right
          ? "✓ Right: "
          : innocent ? "✗ This line is fine: " : verdict.almost ? "✗ Almost: " : "✗ No: "),
        rich(innocent ? verdict.say.slice(correct.length) : verdict.say),
      );
      tries.textContent =
        kept.tries === 1 && verdict.right ? "on the first attempt" : counted(kept.tries);
    }

    show();
    const text = nn.html(
      "p",
      {class: "nn-asked", id: title},
      questions.length > 1 ? `${k + 1}. ` : "",
      rich(question.text),
    );
    return {show, node: nn.html("div", {class: `nn-question nn-${question.kind}`},
      text, kind.node, why, foot)};
  }

  function count() {
    const {asked, right, tried, done} = nn.progress.summary();
    score.textContent = done
      ? `✓ All ${asked} correct: this page is ticked on the map.`
      : tried
        ? `${right} of ${asked} correct so far.`
        : asked === 1
          ? "One question."
          : `${asked} questions.`;
    if (!nn.progress.kept()) {
      score.append(" This browser doesn’t store anything, so you lose your answers when you leave.");
    }
  }

  nn.progress.ask(questions.map(question => question.id));
  const asked = questions.map(ask);
  still.classList.add("nn-paper");
  const last = [...document.querySelectorAll("nn-quiz")].at(-1) === element;
  // The score counts all questions of the page.
  element.replaceChildren(...asked.map(one => one.node), ...(last ? [score] : []), still);
  nn.progress.hear(elsewhere => {
    if (elsewhere) asked.forEach(one => one.show());
    count();
  });
  count();
  // On paper, the answers appear below the questions.
  addEventListener("beforeprint", () => { still.querySelector("details").open = true; });
});
