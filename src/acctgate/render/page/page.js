(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const form = $("filter");
  if (!form) return;
  const keys = ["q", "verdict", "outcome", "level", "rule", "folder", "group"].filter($);
  const more = document.querySelector(".more");
  const details = [...document.querySelectorAll("details.a")];
  const text = (node) => node.textContent.toLowerCase();
  let index = null;
  const read = () =>
    details.map((node) => ({
      node,
      verdict: node.dataset.v,
      folder: node.dataset.f ?? "",
      memberOf: (node.dataset.g ?? "").split("\n"),
      name: text(node.querySelector(".who")),
      groups: [...node.querySelectorAll("tbody")].map((body) => ({
        node: body,
        outcome: body.classList[0],
        level: body.classList[1],
        rows: [...body.rows].slice(1).map((row) => ({
          node: row,
          text: text(row),
          rules: row.cells[0].textContent.split(", ").map((name) => name.replace(/ × \d+$/, "")),
          count: Number(row.dataset.n ?? 1),
        })),
      })),
    }));
  const hide = (node, hidden) => {
    if (node.hidden !== hidden) node.hidden = hidden;
  };
  const apply = () => {
    index ??= read();
    const want = Object.fromEntries(keys.map((key) => [key, $(key).value]));
    const q = want.q.trim().toLowerCase();
    const narrow = Boolean(q || want.outcome || want.level || want.rule);
    const below = (folder) => folder === want.folder || folder.startsWith(want.folder.replace(/\/$/, "") + "/");
    const wanted = (account) =>
      (!want.verdict || account.verdict === want.verdict) &&
      (!want.folder || below(account.folder)) &&
      (!want.group || account.memberOf.includes(want.group));
    const shown = [];
    let outcomes = 0;
    for (const account of index) {
      let count = 0;
      if (wanted(account)) {
        const named = account.name.includes(q);
        for (const group of account.groups) {
          let found = 0;
          if ((!want.outcome || group.outcome === want.outcome) && (!want.level || group.level === want.level[0])) {
            for (const row of group.rows) {
              const hit = (named || row.text.includes(q)) && (!want.rule || row.rules.includes(want.rule));
              hide(row.node, !hit);
              if (hit) found += row.count;
            }
          }
          hide(group.node, !found);
          count += found;
        }
      }
      hide(account.node, !count);
      if (count) shown.push(account.node);
      outcomes += count;
    }
    if (more) {
      hide(more, !shown.some((node) => more.contains(node)));
      if (keys.some((key) => want[key].trim())) more.open = true;
    }
    if (narrow && shown.length <= 20) for (const node of shown) node.open = true;
    $("accounts-shown").textContent = shown.length.toLocaleString("en");
    $("outcomes-shown").textContent = outcomes.toLocaleString("en");
  };
  const options = [...document.querySelectorAll("option")];
  for (const node of options) node.dataset.en = node.textContent;
  const first = document.documentElement.lang;
  const others = new Map(Object.entries(JSON.parse($("texts")?.textContent ?? "{}")));
  let cells = null;
  /* As _breakable does for the texts that the page has from the start. */
  const breakable = (text) =>
    text
      .split(/(?<=[A-Za-z]\.)(?=[A-Z])|(?<=\d;)(?=\d)/)
      .flatMap((part, index) => (index ? [document.createElement("wbr"), part] : [part]));
  const readCells = () =>
    [...document.querySelectorAll("details.a td, details.a td small")].flatMap((node) => {
      const nodes = [...node.childNodes];
      const names = nodes.filter((each) => each.nodeName === "SMALL");
      const other = others.get(nodes.map((each) => (each.nodeName === "SMALL" ? "" : each.textContent)).join(""));
      return other ? [{ node, nodes, others: [...breakable(other), ...names] }] : [];
    });
  const translate = () => {
    const language = $("zh").checked ? "zh" : "en";
    if (document.documentElement.lang !== language) {
      cells ??= readCells();
      for (const cell of cells) cell.node.replaceChildren(...(language === first ? cell.nodes : cell.others));
      index = null;
    }
    document.documentElement.lang = language;
    for (const node of options) node.textContent = node.dataset[language];
  };
  const fromAddress = () => {
    if (!location.hash.includes("=")) return;
    const given = new URLSearchParams(location.hash.slice(1));
    for (const key of keys) $(key).value = given.get(key) ?? "";
    for (const key of keys.slice(1)) if ($(key).selectedIndex < 0) $(key).value = "";
    if (given.get("lang") === "zh") $("zh").checked = true;
    translate();
    apply();
  };
  const toAddress = () => {
    const set = new URLSearchParams(keys.filter((key) => $(key).value).map((key) => [key, $(key).value]));
    try {
      history.replaceState(null, "", "#" + (set.size ? set : "accounts"));
    } catch {}
  };
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (apply(), toAddress()), 120);
  };
  for (const name of ["en", "zh"]) $(name).addEventListener("change", translate);
  form.addEventListener("input", later);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(later));
  $("open").addEventListener("click", () => {
    if (more) more.open = true;
    for (const node of details) if (!node.hidden) node.open = true;
  });
  $("close").addEventListener("click", () => details.forEach((node) => (node.open = false)));
  addEventListener("hashchange", fromAddress);
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const node of closed) node.open = true;
  });
  addEventListener("afterprint", () => closed.forEach((node) => (node.open = false)));
  if (!location.hash.includes("lang=") && (navigator.language || "").toLowerCase().startsWith("zh")) $("zh").checked = true;
  translate();
  form.hidden = false;
  fromAddress();
})();
