// <nn-look>: touch a token of a sequence, and see which earlier tokens it attends to.
// room: 450 255
// settings: [{name, tokens, wide, says: [text for each token], heads: [scores (T, T)], last:
// [weights of the last row, as the page computes them]}]; agrees() compares these. start, head: the
// token and the head that are chosen first.
nn.define("look", (element, {settings, start, head: first}) => {
  nn.style("look", `
    .nn-look-tokens {
      display: flex; flex-wrap: wrap; gap: .35rem; min-height: 6.4rem; align-content: flex-start;
      margin: .4rem 0;
    }
    .nn-look-token {
      --v: 0; flex: 0 0 4.1rem; padding: .15rem 0 .1rem; text-align: center; line-height: 1.3;
      border-radius: 4px; cursor: pointer; touch-action: manipulation;
      border: 1px solid var(--nn-ink);
      background: color-mix(in srgb, var(--nn-a) calc(var(--v) * 50%), transparent);
    }
    .nn-look-wide .nn-look-token { flex-basis: 2.3rem; }
    .nn-look-token[aria-selected=true] { outline: 3px solid var(--nn-b); outline-offset: -1px; }
    .nn-look-later { border-style: dashed; opacity: .6; }
    .nn-look-share { display: block; min-height: 1.3em; font-size: .8rem; }
    nn-look .nn-live { min-height: 3.4rem; }
    @media (max-width: 40rem) {
      nn-look .nn-live { min-height: 6.6rem; }
      .nn-look-tokens { min-height: 12.6rem; }
    }`);

  const {html} = nn, state = {setting: 0, head: first, at: start};
  const percent = p => p > 0 && p < 0.005 ? "<1%" : `${Math.round(100 * p)}%`;

  // Softmax of the scores of one row over the tokens up to it.
  function weights(row, at) {
    const visible = row.slice(0, at + 1);
    const most = Math.max(...visible);
    const e = visible.map(s => Math.exp(s - most));
    const sum = e.reduce((a, b) => a + b, 0);
    return e.map(v => v / sum);
  }

  const live = nn.live();
  const place = html("div", {class: "nn-look-tokens", role: "listbox", "aria-label": "tokens"});
  let tokens = [];
  function lay() {
    const one = settings[state.setting];
    tokens = one.tokens.map((token, k) => {
      const share = html("span", {class: "nn-look-share"});
      const node = html(
        "div",
        {
          class: "nn-look-token", role: "option", tabindex: -1,
          onpointerdown: () => choose(k),
          onpointerenter: event => {
            if (event.pointerType === "mouse") choose(k);
          },
          onfocus: () => choose(k),
        },
        token,
        share,
      );
      return {node, share};
    });
    place.classList.toggle("nn-look-wide", one.wide);
    place.replaceChildren(...tokens.map(token => token.node));
  }
  nn.keys(place, (right, up) => {
    const next = nn.clamp(state.at + right - up, 0, tokens.length - 1);
    tokens[next].node.focus({preventScroll: true});
  });
  function draw() {
    const {tokens: words, heads: scores, says} = settings[state.setting];
    const {at} = state;
    const p = weights(scores[state.head][at], at);
    tokens.forEach(({node, share}, k) => {
      node.style.setProperty("--v", k <= at ? p[k] : 0);
      node.classList.toggle("nn-look-later", k > at);
      node.setAttribute("aria-selected", k === at);
      node.tabIndex = k === at ? 0 : -1;
      share.textContent = k <= at ? percent(p[k]) : "";
    });
    const order = p
      .map((_, k) => k)
      .sort((a, b) => p[b] - p[a])
      .slice(0, 3)
      .filter(k => p[k] >= 0.005);
    const part = k =>
      `${percent(p[k])} from ${words[k]}${k === at ? " (itself)" : ` (token ${k + 1})`}`;
    const parts = order.map(part).join("; ");
    live.set(`Token ${at + 1}, ${words[at]}, takes ${parts}. ${says[at]}`.trim());
  }
  function choose(k) {
    if (k === state.at) return;
    state.at = k;
    draw();
  }
  const heads = nn.buttons({
    label: "head", chosen: first,
    options: settings[0].heads.map((_, k) => `Head ${k + 1}`),
    press(k) {
      state.head = k;
      draw();
    },
  });
  const which = nn.buttons({label: "network", options: settings.map(one => one.name), press(k) {
    const other = settings[k].tokens.length !== settings[state.setting].tokens.length;
    state.setting = k;
    if (other) state.at = settings[k].tokens.length - 1;
    lay();
    draw();
  }});

  element.replaceChildren(
    html("div", {class: "nn-bar"}, which.node, heads.node),
    place,
    live.node,
  );
  lay();
  draw();
  element.agrees = () =>
    settings.every(one =>
      one.heads.every((scores, h) =>
        weights(scores.at(-1), scores.length - 1).every(
          (p, k) => Math.abs(p - one.last[h][k]) < 1e-9,
        ),
      ),
    );
}, "settings", "start", "head");
