// A walk through a graph of operations, first forwards and then backwards: its steps, and what has
// arrived after each of them, and each step in words.
// needs: parts-trace
(() => {
  const {OPERATIONS} = nn;
  const show = nn.short;

  // A negative number in brackets, for its place behind a sign.
  const bracketed = v => v < 0 ? `(${show(v)})` : show(v);

  // The name x12 with its digits below the line: x₁₂.
  const subscripted = name =>
    name.replace(/\d+$/, digits => [...digits].map(d => "₀₁₂₃₄₅₆₇₈₉"[d]).join(""));

  // The steps: every operation forwards, the start at the output, every operation backwards.
  function walkSteps(nodes) {
    const operations = nodes.map((_, k) => k).filter(k => nodes[k].operation);
    return [
      ...operations.map(node => ({kind: "forward", node})),
      {kind: "start", node: nodes.length - 1},
      ...operations.reverse().map(node => ({kind: "backward", node})),
    ];
  }

  // The state after the first `count` steps. known: whether each node has its value; held:
  // the sum of the gradients that each node has received, or null; messages: the last ones sent.
  function arrived({nodes, result}, steps, count) {
    const known = nodes.map(node => !node.operation);
    const held = nodes.map(() => null);
    let messages = [];
    for (const {kind, node} of steps.slice(0, count)) {
      messages = [];
      if (kind === "forward") known[node] = true;
      if (kind === "start") held[node] = 1;
      if (kind === "backward") messages = sendBack(node, nodes, result, held);
    }
    return {known, held, messages};
  }

  // A gate sends its gradient, times the local derivatives, to its operands.
  function sendBack(node, nodes, result, held) {
    const messages = [];
    nodes[node].operands.forEach((operand, i) => {
      const to = operand.node;
      if (to === undefined) return;
      const before = held[to];
      const amount = result.sent[node][i];
      held[to] = (before ?? 0) + amount;
      messages.push({to, local: result.locals[node][i], upstream: held[node], amount, before});
    });
    return messages;
  }

  // One step in words.
  function stepWords({nodes, result}, step, messages) {
    if (!step) return "The inputs are set, and the computation can start.";
    const node = nodes[step.node];
    const name = subscripted(node.name);
    if (step.kind === "start") {
      return `Backward: the gradient of ${name} starts at 1, because d${name}/d${name} = 1.`;
    }
    if (step.kind === "backward") {
      const sent = messages.map(message => messageWords(message, nodes)).join(", and ");
      const {word} = OPERATIONS[node.operation];
      return `Backward: the ${word} gate passes on local × upstream gradient: ${sent}.`;
    }
    const {names, numbers} = filledIn(node, nodes, result);
    return `Forward: ${name} = ${names} = ${numbers} = ${show(result.values[step.node])}.`;
  }

  function messageWords({to, local, upstream, amount, before}, nodes) {
    const product = `${show(local)} × ${bracketed(upstream)} = ${show(amount)}`;
    const words = `${product} to ${subscripted(nodes[to].name)}`;
    if (before === null) return words;
    const sum = `${show(before)} + ${bracketed(amount)} = ${show(before + amount)}`;
    return `${words}, whose gradient is now ${sum}`;
  }

  // An operation with the names of its operands, and with their values.
  function filledIn(node, nodes, result) {
    const {text} = OPERATIONS[node.operation];
    const fill = words =>
      text.split("{}").map((piece, k) => piece + (words[k] ?? "")).join("");
    const numbers = node.operands.map((operand, i) => {
      const value = operand.constant ?? result.values[operand.node];
      return needsBrackets(node, i) ? bracketed(value) : show(value);
    });
    const names = node.operands.map((operand, i) =>
      operand.node === undefined ? numbers[i] : subscripted(nodes[operand.node].name),
    );
    return {names: fill(names), numbers: fill(numbers)};
  }

  // Whether a negative operand needs brackets: behind a sign, but not inside the brackets of a function.
  function needsBrackets({operation}, i) {
    if (OPERATIONS[operation].text.includes("(")) return false;
    return i > 0 || operation === "pow" || operation === "neg";
  }

  Object.assign(nn, {arrived, bracketed, stepWords, subscripted, walkSteps});
})();
