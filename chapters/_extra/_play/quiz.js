// <nn-quiz>: questions with instant feedback; every answer is told its reason.
nn.define("quiz", (element, {questions}) => {
  // One entry for each kind of question: build(question, title, tell) returns its control.
  const kinds = {
    single: ({choices}, title, tell) => nn.choice({
      legend: title,
      options: choices.map(choice => choice.text),
      pick: k => tell(choices[k].right, choices[k].reason),
    }).node,
  };

  function ask(question, k) {
    const why = nn.html("p", {class: "nn-why", role: "status"});
    const tell = (right, reason) => {
      why.textContent = (right ? "✓ Right: " : "✗ No: ") + reason;
      why.classList.toggle("nn-yes", right);
    };
    const control = kinds[question.kind](question, `${k + 1}. ${question.text}`, tell);
    return nn.html("div", {class: "nn-question"}, control, why);
  }

  element.replaceChildren(...questions.map(ask));
});
