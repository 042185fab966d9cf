// Run: the cells of a page run in the reader's own browser, by Pyodide in a worker.
// Nothing is fetched before the reader has read what it is and has pressed "Load and run".
nn.tryIt = (() => {
  const known = JSON.parse(document.getElementById("nn-live").textContent);
  const {html, button} = nn;
  const LIMIT = 100_000;           // characters of text that one cell may show
  const archives = {};             // bytes by name, as the site's scripts handed them over
  const editors = new Map();       // open cells by index
  let agreed = false, cells = [], worker = null, job = null;
  let ran = [], delivered = new Set();
  let library = {data: []};

  const host = known.pyodide ? new URL(known.pyodide).host : "";
  const megabytes = n => `${n < 1 ? n.toFixed(1) : Math.round(n)} MB`;

  // ---- what the site's own scripts hand over
  const bytes = (name, base64) => {
    archives[name] = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  };
  const page = data => { cells = data.cells; };

  const asked = {};
  function script(address) {
    asked[address] ??= new Promise((resolve, reject) => {
      const failed = () => {
        delete asked[address];
        reject(new Error(`${address.split("/").pop()} of this site could not be loaded.`));
      };
      document.head.append(html("script", {src: address, onload: resolve, onerror: failed}));
    });
    return asked[address];
  }

  // Formulas that a run printed: KaTeX, which has set those of the page, comes with the first.
  async function typeset(output) {
    const formulas = output.querySelectorAll(".math");
    if (!formulas.length) return;
    if (!asked[known.katex]) {
      asked[known.katex] = html("link", {rel: "stylesheet", href: `${known.katex}katex.min.css`});
      document.head.append(asked[known.katex]);
    }
    await script(`${known.katex}katex.min.js`);
    for (const node of formulas) {
      const text = node.textContent.trim();
      katex.render(text.slice(2, -2), node, {
        displayMode: text.startsWith("\\["), throwOnError: false,
      });
    }
  }

  // ---- what a run needs
  const names = (code, words) => new RegExp(`\\b(${words})\\b`).test(code);

  function packagesOf(code) {
    const more = known.packages.filter(p => names(code, p.words));
    return ["numpy", ...more.map(p => p.name)];
  }

  async function archivesOf(code) {
    await script(known.root + "library.js");
    const data = library.data.filter(name => names(code, name));
    for (const name of data) await script(`${known.root}data-${name}.js`);
    return ["nnlib", ...data].filter(name => !delivered.has(name))
      .map(name => ({name, bytes: archives[name]}));
  }

  // The cells that must run for one cell: itself, and above it what has not run or was changed.
  function pending(index) {
    const above = cells.filter(cell => cell.index <= index);
    const first = above.findIndex((cell, k) => ran[k] !== text(cell));
    return above
      .slice(first < 0 ? above.length - 1 : first)
      .map(cell => ({
        index: cell.index, code: text(cell),
        name: `cell ${cells.indexOf(cell) + 1}`,
      }));
  }

  const text = cell => editors.get(cell.index)?.area.value ?? cell.code;

  // ---- running
  async function run(editor) {
    if (job) return;
    job = {editor, count: 0, total: 0};
    editor.begin();
    try {
      await Promise.all([known.page, known.worker].map(script));
      const todo = pending(editor.index), code = todo.map(c => c.code).join("\n");
      job.total = todo.length;
      todo.forEach(cell => editors.get(cell.index)?.clear());
      const list = await archivesOf(code);
      if (!job) return;            // stopped while the site's files came
      list.forEach(({name}) => delivered.add(name));
      worker ??= start();
      worker.postMessage({
        cells: todo, address: known.pyodide, packages: packagesOf(code), archives: list,
      });
    } catch (error) {
      fail(error.message);
    }
  }

  function start() {
    const fresh = nn.tryIt.worker();
    fresh.onmessage = ({data}) => hear[data.type](data);
    fresh.onerror = () => fail("This browser did not let Python start.");
    return fresh;
  }

  const place = index => cells.findIndex(cell => cell.index === index);
  const hear = {
    step: ({step}) => job.editor.say(`Fetching ${step} from ${host} …`),
    cell: () => job.editor.say(`Running cell ${++job.count} of ${job.total} …`),
    output: ({index, kind, text}) => {
      const own = editors.get(index);
      own?.show(kind, text);
      if (kind === "error" && own !== job.editor) job.editor.show(kind, text);
    },
    ran: ({index, ended}) => {
      ran.length = place(index);
      if (ended) ran.push(text(cells[place(index)]));
      else {
        end(
          index === job.editor.index
            ? "Stopped by an error."
            : "A cell further up stopped by an error.",
          "failed",
        );
      }
    },
    done: () => end(job.total > 1 ? `Done: this cell and ${job.total - 1} above it ran.` : "Done."),
    failed: ({step, text}) =>
      fail(
        `${step} could not be fetched from ${host}. You may be offline, or the address may be ` +
          "blocked.",
        text,
      ),
  };

  function end(words, state = "done") {
    const {editor} = job;
    job = null;
    editor.finish(words, state);
  }

  function forget() {
    worker?.terminate();
    [worker, ran, delivered] = [null, [], new Set()];
  }

  function stop() {
    forget();
    end("Stopped. The next run starts again from the first cell.", "stopped");
  }

  function fail(words, detail = "") {
    forget();
    if (!job) return;
    const {editor} = job;
    end(words, "failed");
    editor.instead(detail);
  }

  // ---- words
  function parcels() {
    const more = known.packages.filter(p => p.used);
    const far = known.core + more.reduce((sum, p) => sum + p.size, 0);
    const what = ["Python (Pyodide) and NumPy", ...more.map(p => p.name)].join(", ");
    return [
      `${what} from ${host}, about ${megabytes(far)};`,
      ` nnlib${known.data ? " and its data" : ""} from this site, ${megabytes(known.near)}.`,
    ].join("");
  }

  function ways() {
    const links = Object.entries(known.places).map(([name, href]) =>
      html("a", {href}, `open it in ${name}`),
    );
    const download = html("a", {href: known.notebook, download: ""}, "download the notebook");
    const items = [download, ...links].flatMap(node => [", or ", node]);
    return html(
      "p",
      {},
      "Instead: in the course's folder type ",
      html("code", {}, known.command),
      ...items,
      ".",
    );
  }

  // The word before the first load. It says what comes, from where and how large.
  function ask(after, yes, no) {
    const word = html(
      "div",
      {class: "nn-live-word", role: "group", "aria-label": "Run this page in your browser"},
      html(
        "p",
        {},
        "This page can run its code here, in your browser. That fetches now: ",
        parcels(),
      ),
      html("p", {}, "The cells above run first. What you type stays on this device."),
    );
    const close = next => () => { word.remove(); next(); };
    const go = button("Load and run", close(yes));
    go.className = "nn-go";
    word.append(html("div", {class: "nn-bar"}, go, button("Not now", close(no))));
    after.after(word);
    go.focus();
    return word;
  }

  // ---- one cell
  const stored = index => {
    try { return JSON.parse(nn.store.get(`cell-${index}`)) ?? {}; } catch { return {}; }
  };

  function open(node, source, opener) {
    const index = +node.id.slice("nn-cell-".length);
    const original = source.querySelector("pre").textContent.replace(/\n$/, "");
    const kept = stored(index);
    const area = html("textarea", {spellcheck: "false", autocapitalize: "off", autocomplete: "off",
      "aria-label": "Code of this cell. Shift and Enter runs it."});
    area.value = kept.of === original ? kept.text : original;
    const status = html("p", {role: "status", class: "nn-live-status"});
    const output = html("div", {
      class: "nn-live-out", role: "group", "aria-label": "Output of your run",
    });
    const printed = [...node.querySelectorAll(".cell_output")];
    const fit = () => { area.rows = area.value.split("\n").length; };
    let length = 0, pre = null;

    const editor = {
      index, area,
      begin() {
        go.hidden = true;
        halt.hidden = false;
        halt.focus({preventScroll: true});
        this.say("Starting …", "running");
      },
      say(words, state = box.dataset.state) {
        box.dataset.state = state;
        output.setAttribute("aria-busy", state === "running");
        status.textContent = words;
      },
      finish(words, state) {
        const back = document.activeElement === halt;
        go.hidden = false;
        halt.hidden = true;
        if (back) go.focus({preventScroll: true});
        typeset(output).catch(() => { /* the formulas stay readable as TeX */ });
        this.say(words, state);
      },
      clear() {
        output.replaceChildren();
        [length, pre] = [0, null];
        printed.forEach(part => { part.hidden = true; });
      },
      show(kind, piece) {
        if ((length += piece.length) > LIMIT) return this.cut();
        if (kind === "html") {
          output.append(html("div", {class: "nn-bare"}));
          output.lastChild.innerHTML = piece;
          pre = null;
          return;
        }
        if (!pre || kind === "error") {
          output.append((pre = html("pre", {class: kind === "error" ? "nn-live-error" : null})));
        }
        pre.append(piece);
      },
      cut() {
        if (!output.querySelector(".nn-live-cut")) {
          output.append(html("p", {class: "nn-live-cut"}, "More was printed than fits here."));
        }
      },
      instead(detail) {
        this.clear();
        output.append(ways());
        if (detail) {
          output.append(
            html(
              "details",
              {},
              html("summary", {}, "What the browser said"),
              html("pre", {}, detail),
            ),
          );
        }
      },
    };

    function reset() {
      area.value = original;
      nn.store.set(`cell-${index}`, "{}");
      fit();
      editor.say("This is the page's code again.", "rest");
    }

    function close() {
      if (job?.editor === editor) stop();
      editors.delete(index);
      box.remove();
      [source, opener, ...printed].forEach(part => { part.hidden = false; });
      opener.querySelector("button").focus();
    }

    area.addEventListener("input", () => {
      fit();
      nn.store.set(`cell-${index}`, JSON.stringify({of: original, text: area.value}));
    });
    area.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      if (event.shiftKey || event.ctrlKey || event.metaKey) {
        event.preventDefault();
        run(editor);
      } else indent(event, area);
    });
    const go = button("Run", () => run(editor)), halt = button("Stop", stop);
    go.className = "nn-go";
    halt.className = "nn-halt";
    halt.hidden = true;
    const bar = html(
      "div",
      {class: "nn-bar"},
      go,
      halt,
      button("Reset code", reset),
      button("Close", close),
      status,
    );
    const box = html("div", {class: "nn-run", "data-state": "rest"}, area, bar, output);
    [source, opener].forEach(part => { part.hidden = true; });
    opener.after(box);
    editors.set(index, editor);
    fit();
    area.focus({preventScroll: true});
    return editor;
  }

  // A new line starts below the last one, one step further in after a colon.
  function indent(event, area) {
    event.preventDefault();
    const before = area.value.slice(0, area.selectionStart).split("\n").pop();
    const deeper = before.trimEnd().endsWith(":") ? "    " : "";
    area.setRangeText(
      `\n${before.match(/^ */)[0]}${deeper}`,
      area.selectionStart,
      area.selectionEnd,
      "end",
    );
    area.dispatchEvent(new Event("input"));
  }

  function offer(node) {
    const source = node.querySelector(".cell_input");
    if (!source) return;
    let word = null;
    const press = button("Run", () => {
      if (word?.isConnected) return word.querySelector("button").focus();
      const go = () => { agreed = true; run(open(node, source, opener)); };
      if (!agreed) word = ask(opener, go, () => press.focus());
      else if (job) {
        open(node, source, opener).say("Another cell is running: press Run when it is done.");
      } else go();
    });
    press.className = "nn-go";
    press.setAttribute("aria-label", "Run this cell");
    const opener = html("div", {class: "nn-live-open"}, press);
    source.after(opener);
  }

  // ---- the menu in the header
  function copy(command) {
    document.querySelector(".nn-live-told")?.remove();
    const told = html("p", {class: "nn-live-told", role: "status"});
    document.body.append(told);
    const done = navigator.clipboard?.writeText(command) ?? Promise.reject();
    const where = "in the course's folder, it opens this page as a notebook.";
    done.then(
      () => told.append(`Copied: ${command}. Typed ${where}`),
      () => told.append(`Type ${command} ${where}`),
    );
    setTimeout(() => ["pointerdown", "keydown"].forEach(kind =>
      // It stays until the reader goes on.
      addEventListener(kind, () => told.remove(), {once: true})));
  }

  if (known.pyodide) document.querySelectorAll("[id^=nn-cell-]").forEach(offer);
  return {bytes, copy, library: data => { library = data; }, page};
})();
