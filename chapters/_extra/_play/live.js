// Run: Pyodide runs the cells of a page in a worker of the reader's browser. It downloads nothing
// before the reader presses "Load and run".
// needs: live-cell
nn.tryIt = (() => {
  const known = JSON.parse(document.getElementById("nn-live").textContent);
  const {html, button} = nn;
  const host = known.pyodide ? new URL(known.pyodide).host : "";

  const archives = {};          // bytes by name, as the site's scripts passed them on
  const editors = new Map();    // open cells by index
  let library = {data: []};     // the datasets that this site offers
  let cells = [];               // of the page: {index, code}
  let agreed = false;           // whether the reader has agreed to load Python
  let worker = null;            // where Python runs
  let delivered = new Set();    // names of the archives that the worker has
  let ran = [];                 // the code of each cell that has run, from the first one on
  let job = null;               // the run in progress: {editor, count, total}

  // ---- files from the site's own scripts
  const bytes = (name, base64) => {
    archives[name] = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
  };
  const page = data => { cells = data.cells; };

  const asked = {};  // the requested scripts, by address
  function script(address) {
    asked[address] ??= new Promise((resolve, reject) => {
      const failed = () => {
        delete asked[address];
        reject(new Error(`This site’s file ${address.split("/").pop()} could not be loaded.`));
      };
      document.head.append(html("script", {src: address, onload: resolve, onerror: failed}));
    });
    return asked[address];
  }

  // Set the formulas that a run printed: KaTeX comes with the first of them.
  async function typeset(output) {
    const formulas = output.querySelectorAll(".math");
    if (!formulas.length) return;
    if (!asked[known.katex]) {
      asked[known.katex] = html("link", {rel: "stylesheet", href: `${known.katex}katex.min.css`});
      document.head.append(asked[known.katex]);
    }
    try {
      await script(`${known.katex}katex.min.js`);
    } catch {
      return;  // the formulas stay readable as TeX
    }
    for (const node of formulas) {
      const text = node.textContent.trim();
      const displayMode = text.startsWith("\\[");
      katex.render(text.slice(2, -2), node, {displayMode, throwOnError: false});
    }
  }

  // ---- the needs of a run
  const mentions = (code, words) => new RegExp(`\\b(${words})\\b`).test(code);

  function packagesOf(code) {
    const more = known.packages.filter(({words}) => mentions(code, words));
    return ["numpy", ...more.map(({name}) => name)];
  }

  async function archivesOf(code) {
    await script(`${known.root}library.js`);
    const data = library.data.filter(name => mentions(code, name));
    for (const name of data) await script(`${known.root}data-${name}.js`);
    const missing = ["nnlib", ...data].filter(name => !delivered.has(name));
    return missing.map(name => ({name, bytes: archives[name]}));
  }

  const place = index => cells.findIndex(cell => cell.index === index);
  const text = cell => editors.get(cell.index)?.area.value ?? cell.code;

  // The cells that must run for one cell: itself, and cells above it that are new or changed.
  function pending(index) {
    const upTo = cells.filter(cell => cell.index <= index);
    const changed = upTo.findIndex((cell, k) => ran[k] !== text(cell));
    const todo = upTo.slice(changed < 0 ? upTo.length - 1 : changed);
    return todo.map(cell => ({
      index: cell.index, code: text(cell), name: `cell ${place(cell.index) + 1}`,
    }));
  }

  // ---- running
  async function run(editor) {
    if (job) return;
    job = {editor, count: 0, total: 0};
    editor.begin();
    try {
      await Promise.all([known.page, known.worker].map(script));
      const todo = pending(editor.index);
      const code = todo.map(cell => cell.code).join("\n");
      job.total = todo.length;
      todo.forEach(cell => editors.get(cell.index)?.clear());
      const sent = await archivesOf(code);
      if (!job) return;  // stopped while the site's files were loading
      sent.forEach(({name}) => delivered.add(name));
      worker ??= start();
      worker.postMessage({
        cells: todo, address: known.pyodide, packages: packagesOf(code), archives: sent,
      });
    } catch (error) {
      fail(error.message);
    }
  }

  function start() {
    const fresh = nn.tryIt.worker();
    fresh.onmessage = ({data}) => hear[data.type](data);
    fresh.onerror = () => fail("Python could not start in this browser.");
    return fresh;
  }

  // The answers of the worker, by the type of the message.
  const hear = {
    step({step}) {
      job.editor.say(`Downloading ${step} from ${host} …`);
    },
    cell() {
      job.count += 1;
      job.editor.say(`Running cell ${job.count} of ${job.total} …`);
    },
    output({index, kind, text: piece}) {
      const own = editors.get(index);
      own?.show(kind, piece);
      if (kind === "error" && own !== job.editor) job.editor.show(kind, piece);
    },
    ran({index, ended}) {
      ran.length = place(index);
      if (ended) ran.push(text(cells[place(index)]));
      else if (index === job.editor.index) end("The code stopped with an error.", "failed");
      else end("A cell above stopped with an error.", "failed");
    },
    done() {
      const above = job.total - 1;
      end(above ? `Done: this cell and ${above} above it ran.` : "Done.", "done");
    },
    failed({step, text: detail}) {
      fail(
        `${step} could not be downloaded from ${host}. You may be offline, or the address may be ` +
          "blocked.",
        detail,
      );
    },
  };

  function end(words, state) {
    const {editor} = job;
    job = null;
    editor.finish(words, state);
  }

  function stop() {
    forget();
    end("Stopped. The next run starts from the first cell.", "stopped");
  }

  function fail(words, detail = "") {
    forget();
    if (!job) return;
    const {editor} = job;
    end(words, "failed");
    editor.instead(alternatives(), ...detail ? [browserSaid(detail)] : []);
  }

  function forget() {
    worker?.terminate();
    worker = null;
    ran = [];
    delivered = new Set();
  }

  // ---- words
  const megabytes = size => `${size < 1 ? size.toFixed(1) : Math.round(size)} MB`;

  function downloads() {
    const more = known.packages.filter(({used}) => used);
    const far = known.core + more.reduce((sum, {size}) => sum + size, 0);
    const names = ["NumPy", ...more.map(({name}) => name)];
    const parts = new Intl.ListFormat("en-GB").format(names);
    const near = known.data ? "the book’s own code and data" : "the book’s own code";
    return `about ${megabytes(far + known.near)}: Python with ${parts} ` +
      `(${megabytes(far)}, from ${host}), and ${near} (${megabytes(known.near)}).`;
  }

  function alternatives() {
    const download = html("a", {href: known.notebook, download: ""}, "download the notebook");
    const places = Object.entries(known.places)
      .map(([name, href]) => html("a", {href}, `open it in ${name}`));
    return html(
      "p", {},
      "If the course is on your computer, run ", html("code", {}, known.command), " in its folder",
      ...[download, ...places].flatMap(link => [", or ", link]),
      ".",
    );
  }

  const browserSaid = detail =>
    html("details", {}, html("summary", {}, "Error details"), html("pre", {}, detail));

  // The question before the first load: the files, their source and their size.
  function ask(after, yes, no) {
    const word = html(
      "div",
      {class: "nn-live-word", role: "group", "aria-label": "Run this page in your browser"},
      html("p", {}, "Your browser can run the code of this page. First it downloads ", downloads()),
      html("p", {}, "The cells above run first. Your code stays on this device."),
    );
    const answer = next => () => { word.remove(); next(); };
    const go = button("Load and run", answer(yes));
    go.className = "nn-go";
    word.append(html("div", {class: "nn-bar"}, go, button("Not now", answer(no))));
    after.after(word);
    go.focus();
    return word;
  }

  // ---- the button below each cell
  function offer(node) {
    const source = node.querySelector(".cell_input");
    if (!source) return;
    let word = null;
    const press = button("Run", () => {
      if (word?.isConnected) word.querySelector("button").focus();
      else if (!agreed) word = ask(opener, agree, () => press.focus());
      else if (job) open().say("Another cell is running. Press Run when it is done.");
      else run(open());
    });
    press.className = "nn-go";
    press.setAttribute("aria-label", "Run this cell");
    const opener = html("div", {class: "nn-live-open"}, press);
    source.after(opener);

    function agree() {
      agreed = true;
      run(open());
    }
    function open() {
      const editor = nn.liveCell({node, source, opener, run, stop, closed, typeset});
      editors.set(editor.index, editor);
      return editor;
    }
    function closed(editor) {
      if (job?.editor === editor) stop();
      editors.delete(editor.index);
    }
  }

  // ---- the menu in the header: copy a command and explain it
  function copy(command) {
    document.querySelector(".nn-live-notice")?.remove();
    const notice = html("p", {class: "nn-live-notice", role: "status"});
    document.body.append(notice);
    const use = "in the course’s folder to open this page as a notebook.";
    const copied = navigator.clipboard?.writeText(command) ?? Promise.reject();
    copied.then(
      () => notice.append(`Copied: ${command}. Run it ${use}`),
      () => notice.append(`Run ${command} ${use}`),
    );
    // It stays until the next action of the reader.
    const remove = () => notice.remove();
    setTimeout(() => {
      for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, remove, {once: true});
    });
  }

  if (known.pyodide) document.querySelectorAll("[id^=nn-cell-]").forEach(offer);
  return {bytes, copy, library: data => { library = data; }, page};
})();
