// What pages gain when scripts run. Nothing here is needed: every list, form and
// link works without it. Attributes the server sets:
//   form[data-filter=ID]  filters the table section ID as you type
//   form[data-bulk]       shows how many rows are ticked
//   body[data-keys]       the person switched single-letter keys on

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Menus close like menus: on Escape, and on a click elsewhere.
addEventListener("click", (e) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(e.target)) menu.open = false;
});
addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  for (const menu of $$("details.menu[open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) $("summary", menu).focus();
  }
});

// Filter as you type: fetch the page the form would lead to, and take its table.
for (const form of $$("form[data-filter]")) {
  const id = form.dataset.filter;
  let timer, abort;
  const apply = async () => {
    abort?.abort();
    abort = new AbortController();
    const url = new URL(form.action);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    try {
      const answer = await fetch(url, { signal: abort.signal, headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return form.submit();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [fresh, old] = [page.getElementById(id), document.getElementById(id)];
      if (!fresh || !old) return form.submit();
      old.replaceWith(fresh);
      history.replaceState(null, "", url);
      announce(fresh);
      row = -1;
    } catch (err) {
      if (err.name !== "AbortError") form.submit();
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 250);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}

// announce says the new count to assistive technology.
function announce(section) {
  let region = $("#announce");
  if (!region) {
    region = document.createElement("p");
    region.id = "announce";
    region.className = "visually-hidden";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = $(".caption, h2", section)?.textContent.trim() ?? "";
}

// Ticked rows are counted in the bulk bar.
addEventListener("change", (e) => {
  const form = e.target.form;
  if (!form?.matches("[data-bulk]")) return;
  const ticked = [...form.elements].filter((c) => c.type === "checkbox" && c.checked).length;
  $("[data-bulk-count]", form).textContent = ticked || "";
});

// Ctrl+K goes to the search field; the single-letter keys only when switched on.
let row = -1;
const lettersOn = document.body.hasAttribute("data-keys");

addEventListener("keydown", (e) => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") return search(e);
  if (!lettersOn || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
  const act = { "/": search, j: () => move(1), k: () => move(-1), x: tick, Enter: open, "?": help }[e.key];
  act?.(e);
});

function search(e) {
  const field = $("#search");
  if (!field) return;
  e.preventDefault();
  field.focus();
  field.select();
}

const rows = () => $$("section.results tbody tr");

function move(by) {
  const all = rows();
  if (!all.length) return;
  all[row]?.classList.remove("row-here");
  row = Math.min(all.length - 1, Math.max(0, row + by));
  all[row].classList.add("row-here");
  all[row].scrollIntoView({ block: "nearest" });
  $("a, input", $("th", all[row]) ?? all[row])?.focus({ preventScroll: true });
}

function tick(e) {
  const box = rows()[row] && $(".tick input", rows()[row]);
  if (!box) return;
  e.preventDefault();
  box.click();
}

function open(e) {
  const href = rows()[row]?.dataset.href;
  if (!href || e.target.closest("a, button, summary")) return;
  location.assign(href);
}

function help(e) {
  e.preventDefault();
  $("#keys-help")?.togglePopover();
}
