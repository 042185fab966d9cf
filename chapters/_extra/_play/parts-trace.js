// From a parsed text to a graph: the operations, both passes, and the places of nodes.
// needs: parts-parse
(() => {
  // All data about an operation: value, local derivatives and grammar.
  const OPERATIONS = {
    add: {value: (a, b) => a + b, local: () => [1, 1]},
    sub: {value: (a, b) => a - b, local: () => [1, -1]},
    mul: {value: (a, b) => a * b, local: ([a, b]) => [b, a]},
    div: {value: (a, b) => a / b, local: ([, b], y) => [1 / b, -y / b]},
    pow: {
      value: (a, b) => a ** b,
      local: ([a, b], y) => [b === 0 ? 0 : b * a ** (b - 1), a === 0 ? 0 : y * Math.log(a)],
    },
    neg: {value: a => -a, local: () => [-1]},
    exp: {value: Math.exp, local: (_, y) => [y]},
    log: {value: Math.log, local: ([a]) => [1 / a]},
    maximum: {value: Math.max, local: ([a, b]) => a === b ? [0.5, 0.5] : [+(a > b), +(b > a)]},
    relu: {value: a => Math.max(a, 0), local: ([a]) => [+(a > 0)]},
    sigmoid: {value: a => 1 / (1 + Math.exp(-a)), local: (_, y) => [y * (1 - y)]},
    tanh: {value: Math.tanh, local: (_, y) => [1 - y * y]},
  };
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    Object.assign(operation, nnData.grammar.operations[name]);
  }

  // The text in the circle; a constant operand is part of the text, as in +1 or 1/x.
  function symbol(operation, operands) {
    const {symbol, beside_constant: sign} = OPERATIONS[operation];
    const k = operands.findIndex(x => x.constant !== undefined);
    if (!sign || k < 0) return symbol;
    const number = nn.short(operands[k].constant);
    return k === 1 || operation === "add" || operation === "mul"
      ? sign + number
      : `${number}${sign}x`;
  }

  // trace(program, values) carries out what nn.parse found with a Map of the inputs' values: nodes,
  // edges and size as nnlib's graph.data() has them, and what compute finds; or a Problem.
  function trace({statements, inputs, text}, given) {
    const calls = [], names = new Map(), variables = new Map();  // names and variables of results
    const finite = (value, place) => {
      if (Number.isFinite(value)) return value;
      throw new nn.Problem(
        `${text.slice(place.from, place.to)} is not a finite real number with these inputs`,
        place,
      );
    };
    for (const name of inputs) {
      const result = {value: given.get(name)};
      names.set(result, name);
      variables.set(name, result);
    }
    function value(tree) {
      if (tree.number !== undefined) return {constant: tree.number};
      if (tree.name !== undefined) return variables.get(tree.name);
      const operands = tree.operands.map(value), read = operands.map(x => x.constant ?? x.value);
      const result = finite(OPERATIONS[tree.operation].value(...read), tree);
      if (operands.every(x => x.constant !== undefined)) return {constant: result};
      calls.push({operation: tree.operation, operands, value: result, place: tree});
      return calls[calls.length - 1];
    }
    let output;
    for (const {target, tree} of statements) {
      output = value(tree);
      if (!target) continue;
      variables.set(target.name, output);
      if (output.constant === undefined && !names.has(output)) names.set(output, target.name);
    }
    const whole = {text, from: 0, to: text.length};
    if (output.constant !== undefined) {
      throw new nn.Problem("the result does not depend on any input", whole);
    }
    checkUsed(output, calls, names, whole);
    const nodes = numbered(output, calls, names);
    const result = compute(nodes, nodes.map(node => node.value));
    const endless = nodes.findIndex((_, k) => !Number.isFinite(result.gradients[k]));
    if (endless >= 0) {
      throw new nn.Problem(
        `the derivative with respect to ${nodes[endless].name} is not finite with these inputs`,
        whole,
      );
    }
    const {places, edges, size} = layout(nodes.map(node => node.operands.map(x => x.node ?? null)));
    nodes.forEach((node, k) => { node.place = places[k]; });
    return {nodes, edges, size, result};
  }

  // Every input and every result must lead to the output.
  function checkUsed(output, calls, names, whole) {
    const used = new Set([output]);
    for (const call of [...calls].reverse()) {
      if (used.has(call)) call.operands.forEach(x => used.add(x));
    }
    const lost = calls.find(call => !used.has(call)) ?? [...names.keys()].find(x => !used.has(x));
    if (!lost) return;
    const place = lost.place ?? whole;
    const name = names.get(lost) ?? whole.text.slice(place.from, place.to);
    throw new nn.Problem(`${name} is not used in the last result`, place);
  }

  // The nodes in the order of computation; results without a name get a free one.
  function numbered(output, calls, names) {
    const nodes = [], index = new Map(), taken = new Set(names.values());
    const free = name => {
      for (let k = 1; taken.has(name); k++) name = `v${k}`;
      taken.add(name);
      return name;
    };
    for (const result of [...calls.flatMap(call => [...call.operands, call]), output]) {
      if (result.constant !== undefined || index.has(result)) continue;
      const {operation = "", operands = [], value} = result;
      const read = operands.map(x =>
        x.constant === undefined ? {node: index.get(x)} : {constant: x.constant},
      );
      const name = names.get(result) ?? free(result === output ? "f" : "v1");
      index.set(result, nodes.length);
      nodes.push({
        name, operation, operands: read, value,
        symbol: operation ? symbol(operation, read) : name,
      });
    }
    return nodes;
  }

  // Values of all nodes, then gradients and the parts that operations send to their operands.
  function compute(nodes, given) {
    const values = [], locals = [], sent = [], gradients = nodes.map(() => 0);
    nodes.forEach((node, k) => {
      if (!node.operation) { values[k] = given[k]; return; }
      const operation = OPERATIONS[node.operation];
      const read = node.operands.map(x => x.constant ?? values[x.node]);
      values[k] = operation.value(...read);
      locals[k] = operation.local(read, values[k]);
    });
    gradients[nodes.length - 1] = 1;
    for (let k = nodes.length - 1; k >= 0; k--) {
      sent[k] = (locals[k] ?? []).map(local => local * gradients[k]);
      nodes[k].operands.forEach((x, i) => {
        if (x.node !== undefined) gradients[x.node] += sent[k][i];
      });
    }
    return {values, locals, gradients, sent};
  }

  // The places of nodes, as in nnlib.trace.layout: layers, every edge pointing to a later
  // one; within a layer the order of a walk back from the output, moved towards the neighbours.
  // inputs: for each node its operands, null for a constant. Places are [layer, slot].
  function layout(inputs) {
    const layers = layersOf(inputs);
    const {rows, edges} = rowsOf(inputs, layers);
    const slots = slotsOf(rows, edges);
    const place = item => [item.layer, slots.get(item)];
    return {
      places: rows.nodes.map(place),
      edges: edges.map(({source, target, operand, chain}) => ({
        source, target, operand, places: chain.slice(1, -1).map(place),
      })),
      size: [rows.length, Math.max(...rows.map(row => row.length))],
    };
  }

  // Each node's layer: the output's is the last, an operand comes before its users.
  function layersOf(inputs) {
    const behind = inputs.map(() => 0);
    for (let node = inputs.length - 1; node >= 0; node--) {
      for (const operand of inputs[node]) {
        if (operand !== null) behind[operand] = Math.max(behind[operand], behind[node] + 1);
      }
    }
    const last = Math.max(...behind);
    return behind.map(steps => last - steps);
  }

  // The items of each layer in order (nodes, and edges where they pass), and each edge as the
  // chain of items that it joins.
  function rowsOf(inputs, layers) {
    const nodes = layers.map(layer => ({layer}));
    const rows = Array.from({length: Math.max(...layers) + 1}, () => []);
    const edges = [], waiting = [inputs.length - 1], visited = new Set();
    while (waiting.length) {
      const target = waiting.pop();
      if (visited.has(target)) continue;
      visited.add(target);
      rows[layers[target]].push(nodes[target]);
      const read = inputs[target].flatMap((source, operand) =>
        source === null ? [] : [{source, operand}],
      );
      for (const {source, operand} of read) {
        const passed = Array.from({length: layers[target] - layers[source] - 1}, (_, k) => ({
          layer: layers[source] + 1 + k,
        }));
        passed.forEach(item => rows[item.layer].push(item));
        edges.push({source, target, operand, chain: [nodes[source], ...passed, nodes[target]]});
      }
      waiting.push(...read.map(({source}) => source).reverse());
    }
    rows.nodes = nodes;
    return {rows, edges};
  }

  // A slot for each item, near the mean of its neighbours, at least 1 from the next item.
  function slotsOf(rows, edges) {
    const before = new Map(), after = new Map(), slots = new Map();
    for (const item of rows.flat()) { before.set(item, []); after.set(item, []); }
    for (const {chain} of edges) {
      for (let k = 1; k < chain.length; k++) {
        before.get(chain[k]).push(chain[k - 1]);
        after.get(chain[k - 1]).push(chain[k]);
      }
    }
    const width = Math.max(...rows.map(row => row.length));
    for (const row of rows) row.forEach((item, k) => slots.set(item, k + (width - row.length) / 2));
    for (const row of [...rows].reverse()) move(row, after, slots, width);
    for (const row of rows) move(row, before, slots, width);
    return slots;
  }

  // Move the items of a layer towards their neighbours, keeping order and distance.
  function move(row, neighbours, slots, width) {
    const wished = [];
    for (const item of row) {
      const others = neighbours.get(item);
      const near = (others.length ? others : [item]).map(other => slots.get(other));
      const wish = near.reduce((sum, slot) => sum + slot, 0) / near.length;
      wished.push(Math.max(wish, wished.length ? wished[wished.length - 1] + 1 : 0));
    }
    let limit = width;
    for (let k = row.length - 1; k >= 0; k--) {
      limit = Math.min(wished[k], limit - 1);
      slots.set(row[k], limit);
    }
  }

  Object.assign(nn, {OPERATIONS, trace});
})();
