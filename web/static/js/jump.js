// The jump box: Ctrl+K, a few letters, Enter. What it lists comes from the
// server, as the search page does that stands in for it without scripts.
const box = document.getElementById("jump");
const field = document.getElementById("jump-words");
const list = document.getElementById("jump-list");

if (box?.showPopover) {
  let timer, abort, asked;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  addEventListener("keydown", (e) => {
    if (!(e.ctrlKey || e.metaKey) || e.shiftKey || e.altKey || e.key.toLowerCase() !== "k") return;
    e.preventDefault();
    e.stopImmediatePropagation(); // the search field is what it goes to otherwise
    box.togglePopover();
    if (!box.matches(":popover-open")) return;
    field.focus(); // at once: the next key is the first letter
    field.select();
    ask();
  }, true);

  box.addEventListener("toggle", (e) => {
    if (e.newState !== "open") abort?.abort();
  });

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 90);
  });

  field.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (e.key !== "ArrowDown" && e.key !== "ArrowUp") return;
    e.preventDefault();
    const [all, down] = [options(), e.key === "ArrowDown"];
    const at = all.indexOf(chosen());
    if (all.length) choose(all[at < 0 && !down ? all.length - 1 : (at + (down ? 1 : -1) + all.length) % all.length]);
  });

  // Enter opens what is chosen. While the answer to the newest words is still on
  // its way, it leads to the search page.
  field.form.addEventListener("submit", (e) => {
    if (!chosen() || asked !== field.value) return;
    e.preventDefault();
    location.assign(chosen().href);
  });

  // ask lists what the words name; an answer to older words is dropped.
  async function ask() {
    abort?.abort();
    abort = new AbortController();
    const words = field.value;
    const url = new URL(field.form.action);
    url.search = new URLSearchParams({ q: words, part: "jump" });
    try {
      const answer = await fetch(url, { signal: abort.signal, headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return show("", words);
      show(await answer.text(), words);
    } catch (err) {
      if (err.name !== "AbortError") show("", words);
    }
  }

  function show(html, words) {
    const page = new DOMParser().parseFromString(html, "text/html");
    list.replaceChildren(...page.body.childNodes);
    asked = words;
    const all = options();
    all.forEach((o, i) => { o.id = `jump-${i}`; });
    list.hidden = !all.length;
    field.setAttribute("aria-expanded", String(all.length > 0));
    choose(words && all.length ? all[0] : null);
    document.getElementById("jump-status").textContent = list.querySelector("[data-count]")?.dataset.count ?? "";
  }

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
}
