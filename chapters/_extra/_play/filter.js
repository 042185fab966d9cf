// <nn-filter>: show only the rows of the page that match the chosen values and the words typed.
// rows selects them; a row has a class nn-<field>-<value> for each field. After the first choice,
// rows out of sight are laid out only when they come near (page.css), so that each choice is fast.
nn.define("filter", (element, {rows: selector, noun, fields}) => {
  const rows = [...document.querySelectorAll(selector)];
  const plain = text => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const texts = rows.map(row => plain(row.textContent));
  const groups = [
    ...new Set(rows.flatMap(row => [row.closest(".nn-topics-part"), row.closest("section")])),
  ].filter(group => group && !group.contains(element));
  const status = nn.html("p", {class: "nn-note", role: "status"});
  const chosen = {};
  let words = [];

  function choose() {
    document.documentElement.classList.add("nn-arriving");
    show();
  }

  function show() {
    const classes = Object.entries(chosen)
      .filter(([, value]) => value)
      .map(pair => `nn-${pair.join("-")}`);
    rows.forEach((row, k) => {
      row.hidden = !(
        classes.every(name => row.classList.contains(name)) &&
        words.every(w => texts[k].includes(w))
      );
    });
    const left = rows.filter(row => !row.hidden);
    for (const group of groups) group.hidden = !left.some(row => group.contains(row));
    status.textContent = `${left.length} of ${rows.length} ${noun}`;
  }

  function menu({name, label, options}) {
    const key = nn.id();
    const select = nn.html("select", {id: key}, nn.html("option", {value: ""}, "all"),
      ...options.map(([value, text]) => nn.html("option", {value}, text)));
    select.addEventListener("change", () => { chosen[name] = select.value; choose(); });
    return nn.html("div", {}, nn.html("label", {for: key}, label), " ", select);
  }

  const key = nn.id();
  const input = nn.html("input", {
    id: key, type: "search", autocomplete: "off", spellcheck: "false",
  });
  input.addEventListener("input", () => {
    words = plain(input.value).split(/\s+/).filter(Boolean);
    choose();
  });
  const box = nn.html("div", {}, nn.html("label", {for: key}, "Words"), " ", input);
  element.replaceChildren(nn.html("div", {class: "nn-bar"}, ...fields.map(menu), box), status);
  show();
  // A link to a row that a choice has hidden shows it again.
  addEventListener("hashchange", () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!row || !row.closest("[hidden]")) return;
    element.querySelectorAll("select, input").forEach(node => { node.value = ""; });
    Object.keys(chosen).forEach(name => { chosen[name] = ""; });
    words = [];
    document.documentElement.classList.remove("nn-arriving");  // so that the position is correct
    show();
    row.scrollIntoView();
  });
});
