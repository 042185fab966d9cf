// Typed expressions, read as nnlib.trace.expression reads them. The text never runs: it is cut
// into tokens, and precedence climbing makes trees of these, each with its place in the text.
// One file contains the operations and limits for both.
// data: nnlib/trace/grammar.json
(() => {
  const {limits, operations} = nnData.grammar;
  const {characters: LONGEST, brackets: BRACKETS, levels: DEEPEST} = limits;
  const typed = Object.entries(operations).filter(([, entry]) => entry.typed);
  const arity = ({text}) => text.split("{}").length - 1;
  const FUNCTIONS = new Map(
    typed
      .filter(([, entry]) => !entry.binds)
      .map(([name, entry]) => [entry.typed, [name, arity(entry)]]),
  );
  const BINARY = new Map(
    typed
      .filter(([, {binds}]) => binds < 3)
      .map(([name, entry]) => [entry.typed, [name, entry.binds]]),
  );
  const KEYWORDS = new Set(
    (
      "False None True and as assert async await break class continue def del elif else " +
      "except finally for from global if in is lambda nonlocal not or pass raise return try " +
      "while with yield import"
    ).split(" "),
  );
  const MEANT = new Map([
    ["^", "**"],
    ["×", "*"],
    ["·", "*"],
    ["⋅", "*"],
    ["−", "-"],
    ["–", "-"],
    ["÷", "/"],
    ["²", "**2"],
    ["³", "**3"],
    ["[", "("],
    ["{", "("],
  ]);

  const DIGITS = String.raw`\d(?:_?\d)*`;
  const NUMBER = new RegExp(String.raw`0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|` +
    String.raw`(?:${DIGITS}\.?(?:${DIGITS})?|\.${DIGITS})(?:[eE][+-]?${DIGITS})?`, "y");
  const NAME = /[\p{XID_Start}_]\p{XID_Continue}*/uy;
  const BLANKS = /(?:[ \t\f]|\\\n|#[^\n]*)+/y;
  const SIGN = /\*\*|\/\/|[-+*/=(),;\n]/y;
  const LETTER = /[\w\u{80}-\u{10ffff}]/uy;      // what may not follow a number directly
  const INDENTED = /[ \t\f]*[ \t](?=[^ \t\f\n#])/y;
  const ENDS = String.raw`(?:(?!\ufeff)[\s\x1c-\x1f\x85])+`;  // what Python's strip() takes off

  // What is wrong in a text, and where: the piece from `from` to `to`.
  class Problem extends Error {
    constructor(words, {text, from, to}) {
      const lines = text.slice(0, from).split("\n");
      const column = [...lines[lines.length - 1]].length + 1;
      super(
        `${text.includes("\n") ? `Line ${lines.length}, column` : "Column"} ${column}: ${words}`,
      );
      Object.assign(this, {text, from, to});
    }
  }

  // All tokens, the last one the end: {kind, word, from, to, text}, numbers with their value.
  function tokens(text) {
    const end = text.length - (text.match(new RegExp(`${ENDS}$`))?.[0].length ?? 0), list = [];
    let at = text.match(new RegExp(`^${ENDS}`))?.[0].length ?? 0, open = 0;
    const match = pattern => {
      pattern.lastIndex = at;
      return at < end ? pattern.exec(text)?.[0] ?? "" : "";
    };
    const add = (kind, word, more) => {
      list.push({kind, word, from: at, to: at + word.length, text, ...more});
      at += word.length;
    };
    while (at < end) {
      let word;
      if ((word = match(BLANKS))) at += word.length;
      else if ((word = match(NUMBER))) {
        add("number", word, {value: Number(word.replaceAll("_", ""))});
        checkNumber(list[list.length - 1], match(LETTER));
      } else if ((word = match(NAME))) {
        add(KEYWORDS.has(word) ? "keyword" : "name", word, {name: word.normalize("NFKC")});
      } else if ((word = match(SIGN))) {
        open += (word === "(") - (word === ")");
        if (word !== "\n") add("sign", word);
        else if (open > 0) at += 1;
        else {
          add("line", word);
          if ((word = match(INDENTED))) {
            throw new Problem("found spaces, expected a line without indentation", {
              text, from: at, to: at + word.length,
            });
          }
        }
      } else add("unknown", String.fromCodePoint(text.codePointAt(at)));
    }
    add("end", "");
    return list;
  }

  function checkNumber(token, letter) {
    const {word, to, text} = token;
    if (/^0[\d_]*[1-9]/.test(word) && /^[\d_]+$/.test(word)) {
      throw new Problem(`found ${word}, expected a number that does not begin with 0`, token);
    }
    if (letter) {
      throw new Problem(
        `found ${letter} right after ${word}, expected an operator; a product is written ` +
          `${word} * …`,
        {text, from: to, to: to + letter.length},
      );
    }
  }

  function said({kind, word}) {
    if (kind === "end") return "the end";
    if (kind === "line") return "the end of the line";
    if (word === ",") return "a comma";  // "found ,, expected" would be hard to read
    return kind === "keyword" ? `${word}, a Python keyword` : word;
  }

  // parse(text): {statements: [{target, tree}], inputs: [names]}, or a Problem. A tree is
  // {number}, {name} or {operation, operands}, with its place and its depth as Python counts it.
  function parse(text) {
    text = String(text);
    const size = [...text].length;
    text = text.replace(/\r\n?/g, "\n");
    const all = {text, from: 0, to: text.length};
    if (size > LONGEST) {
      throw new Problem(`found ${size} characters, expected at most ${LONGEST}`, all);
    }
    let open = 0;
    for (const [k, letter] of [...text].entries()) {
      open += "([{".includes(letter) - ")]}".includes(letter);
      if (open > BRACKETS) {
        throw new Problem(`found more than ${BRACKETS} nested brackets`, {
          text, from: k, to: k + 1,
        });
      }
    }
    return new Reader(tokens(text)).read();
  }

  class Reader {
    constructor(list) {
      this.tokens = list;
      this.at = 0;
      this.nested = 0;  // signs and powers that wait for what follows
    }

    get token() { return this.tokens[this.at]; }
    is(...words) { return this.token.kind === "sign" && words.includes(this.token.word); }
    over(...kinds) { return kinds.includes(this.token.kind); }
    next() { return this.tokens[this.at++]; }

    take(word, expected) {
      if (!this.is(word)) throw this.unexpected(expected);
      return this.next();
    }

    unexpected(expected) {
      const {token} = this, meant = MEANT.get(token.word);
      return new Problem(
        `found ${said(token)}, expected ${meant ? `${meant} instead` : expected}`,
        token,
      );
    }

    // The tree of the text from one token to the last token read.
    tree(first, more) {
      const {from, text} = first;
      return {...more, from, to: this.tokens[this.at - 1].to, text};
    }

    read() {
      const statements = [];
      while (this.over("line")) this.next();
      if (this.over("end")) {
        throw new Problem("expected an expression such as (x + y) * z", this.token);
      }
      while (!this.over("end")) {
        statements.push(this.statement());
        if (this.is(";")) {
          this.next();
          if (!this.over("line", "end")) continue;
        }
        if (!this.over("line", "end")) throw this.unexpected(this.missing());
        while (this.over("line")) this.next();
      }
      const deep = statements.find(({tree}) => tree.depth + 1 > DEEPEST);
      if (deep) throw this.tooDeep(deep.tree);
      return {statements, inputs: named(statements), text: this.token.text};
    }

    missing() {
      return this.over("name", "number") || this.is("(")
        ? "an operator; a product is written with *"
        : "an operator, ; or the end";
    }

    tooDeep(place) { return new Problem(`nested more than ${DEEPEST} deep`, place); }

    // name = expression, or an expression.
    statement() {
      const target = this.binary(1);
      if (!this.is("=")) return {tree: target};
      if (target.name === undefined) {
        throw new Problem("expected one name before =, as in w = x + y", target);
      }
      this.next();
      const tree = this.binary(1);
      if (this.is("=")) throw this.unexpected("one = for each name");
      return {target, tree};
    }

    // Operators that bind at least as tightly as this: 1 for sums, 2 for products.
    binary(least) {
      const first = this.token;
      let left = this.signed();
      for (;;) {
        const [operation, tightness] =
          (this.token.kind === "sign" && BINARY.get(this.token.word)) || [];
        if (!(tightness >= least)) return left;
        this.next();
        left = this.call(first, operation, [left, this.binary(tightness + 1)]);
      }
    }

    // A sign binds less tightly than a power: -x**2 is -(x**2), and 2**-1 is allowed.
    signed() {
      const first = this.token;
      if (!this.is("+", "-")) return this.power();
      this.next();
      const operand = this.inside(first, () => this.signed());
      return first.word === "-"
        ? this.call(first, "neg", [operand])
        : {...operand, depth: operand.depth + 1};
    }

    power() {
      const first = this.token, base = this.atom();
      if (!this.is("**")) return base;
      this.next();
      return this.call(first, "pow", [base, this.inside(first, () => this.signed())]);
    }

    // Signs and powers in each other are the only recursion that brackets do not limit.
    inside(first, read) {
      if (++this.nested > DEEPEST) throw this.tooDeep(first);
      const tree = read();
      this.nested -= 1;
      return tree;
    }

    call(first, operation, operands, least = 1) {
      const depth = 1 + Math.max(least, ...operands.map(operand => operand.depth));
      return this.tree(first, {operation, operands, depth});
    }

    // A number, a name, f(…) or (…).
    atom() {
      const first = this.token;
      let tree;
      if (this.over("number")) {
        this.next();
        if (!Number.isFinite(first.value)) {
          throw new Problem(`${first.word} is not a finite number`, first);
        }
        return this.tree(first, {number: first.value, depth: 1});
      }
      if (this.over("name")) tree = this.tree(this.next(), {name: first.name, depth: 2});
      else if (this.is("(")) {
        this.next();
        tree = {...this.binary(1)};
        this.take(")", "an operator or )");
        tree = this.tree(first, tree);
      } else throw this.unexpected("a number, a name, a function or (");
      return this.is("(") ? this.applied(first, tree) : tree;
    }

    // f(…), with f read already.
    applied(first, {name}) {
      const known = [...FUNCTIONS.keys()].join(", ");
      if (name === undefined) throw this.unexpected("an operator; a product is written with *");
      const [operation, arity] = FUNCTIONS.get(name) ?? [];
      if (!operation) {
        throw new Problem(
          `unknown function ${name}, expected one of ${known}; a product is written with *`,
          first,
        );
      }
      this.next();
      const operands = [];
      while (!this.is(")")) {
        operands.push(this.binary(1));
        if (!this.is(")")) {
          this.take(
            ",",
            operands.length < arity ? "an operator, a comma or )" : "an operator or )",
          );
        }
      }
      this.next();
      if (operands.length !== arity) {
        throw new Problem(
          `${name} takes ${arity === 1 ? "one number" : "two numbers"}, found ${operands.length}`,
          this.tree(first, {}),
        );
      }
      return this.call(first, operation, operands, 2);  // its name counts as two levels
    }
  }

  // The names that are read before anything is assigned to them: the inputs, in order.
  function named(statements) {
    const assigned = new Set(), inputs = new Set();
    const read = ({name, operands = []}) => {
      if (name !== undefined && !assigned.has(name)) inputs.add(name);
      operands.forEach(read);
    };
    for (const {target, tree} of statements) {
      read(tree);
      if (!target) continue;
      const {name} = target;
      if (assigned.has(name) || inputs.has(name)) {
        throw new Problem(`the name ${name} is taken, expected a new one`, target);
      }
      assigned.add(name);
    }
    return [...inputs];
  }

  Object.assign(nn, {parse, Problem});
})();
