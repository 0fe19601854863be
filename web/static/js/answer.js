// The form that answers a request, form[data-answer]. Without scripts its file
// field does everything. With them the page takes a paste or a drop anywhere:
// what comes is put into that same field, so that one plain submit sends it all.

for (const form of document.querySelectorAll("form[data-answer]")) start(form);

function start(form) {
  const field = form.querySelector('input[type="file"]');
  const list = form.querySelector("[data-answer-list]");
  const status = form.querySelector("[data-answer-status]");
  const template = form.querySelector("[data-answer-row]");
  const words = {};
  for (const s of form.querySelector("[data-answer-text]").content.querySelectorAll("[data-text]")) words[s.dataset.text] = s.textContent;
  let files = [...field.files]; // a browser may bring them back

  form.querySelector("[data-answer-words]").hidden = false;
  field.addEventListener("change", () => add([...field.files]));
  addEventListener("paste", (e) => {
    const pasted = [...(e.clipboardData?.files ?? [])];
    if (!pasted.length) return;
    e.preventDefault();
    add(pasted.map(named));
  });

  let depth = 0;
  const carriesFiles = (e) => [...(e.dataTransfer?.types ?? [])].includes("Files");
  const mark = (d) => {
    depth = Math.max(0, d);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (e) => carriesFiles(e) && mark(depth + 1));
  addEventListener("dragleave", (e) => carriesFiles(e) && mark(depth - 1));
  addEventListener("dragover", (e) => carriesFiles(e) && e.preventDefault());
  addEventListener("drop", (e) => {
    if (!carriesFiles(e)) return;
    e.preventDefault();
    mark(0);
    add([...e.dataTransfer.files]);
  });
  show();

  // Browsers call every pasted picture image.png: its moment tells them apart.
  function named(file) {
    if (!/^image\.\w+$/.test(file.name)) return file;
    const at = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString();
    const name = `${words.pasted}-${at.slice(0, 19).replace("T", "-").replaceAll(":", "")}${file.name.slice(5)}`;
    return new File([file], name, { type: file.type, lastModified: file.lastModified });
  }

  function add(more) {
    const same = (a, b) => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified;
    const added = more.filter((m) => !files.some((f) => same(f, m)));
    files = [...files, ...added];
    keep();
    if (added.length) status.textContent = `${words.added} ${added.map((f) => f.name).join(", ")}`;
  }

  function keep() {
    const carrier = new DataTransfer();
    for (const f of files) carrier.items.add(f);
    field.files = carrier.files;
    show();
  }

  function show() {
    list.replaceChildren(
      ...files.map((file) => {
        const row = template.content.firstElementChild.cloneNode(true);
        row.querySelector("[data-name]").textContent = file.name;
        row.querySelector("[data-size]").textContent = size(file.size);
        const remove = row.querySelector("[data-remove]");
        remove.setAttribute("aria-label", `${remove.textContent}: ${file.name}`);
        remove.addEventListener("click", () => {
          files = files.filter((f) => f !== file);
          keep();
          field.focus();
        });
        return row;
      }),
    );
  }

  function size(bytes) {
    const units = words.units.split(" ");
    let unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) {
      bytes /= 1000;
      unit++;
    }
    const digits = unit && bytes < 10 ? 1 : 0;
    return `${bytes.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })}\u00a0${units[unit]}`;
  }
}
