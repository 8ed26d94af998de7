// Links the map and its table, opens an area's figures on tap, turns the list of months into a slider.
// Without it every area leads to the page that explains its figures, and the filters are links and forms.
"use strict";

(function () {
  const narrow = window.matchMedia("(max-width: 640px)");

  function start() {
    const page = document.querySelector(".gap");
    if (!page) return;
    const fold = document.querySelector("[data-filters]");
    if (narrow.matches) fold.open = false;
    document.querySelectorAll(".scriptless").forEach(function (button) { button.hidden = true; });
    document.querySelectorAll("[data-submits]").forEach(function (select) {
      select.addEventListener("change", function () { select.form.requestSubmit(); });
    });
    link(page);
    slide(page);
  }

  // --- map and table ------------------------------------------------------------------------------

  function link(page) {
    const areas = new Map();
    const rows = new Map();
    const marks = new Map();
    const map = page.querySelector("svg.map");
    page.querySelectorAll(".map [data-pcode]").forEach(function (area) { areas.set(area.dataset.pcode, area); });
    page.querySelectorAll("tr[data-pcode]").forEach(function (row) { rows.set(row.dataset.pcode, row); });
    const details = page.querySelector("[data-details]");
    let kept = null;

    // A copy of the outline lies on top of all others: in its own place half of it would be hidden.
    function mark(code, on) {
      if (rows.has(code)) rows.get(code).classList.toggle("chosen", on);
      if (!areas.has(code)) return;
      if (marks.has(code)) marks.get(code).remove();
      marks.delete(code);
      if (!on) return;
      const copy = areas.get(code).querySelector("path, circle, rect").cloneNode(false);
      copy.setAttribute("class", "mark");
      map.appendChild(copy);
      marks.set(code, copy);
    }

    function open(code) {
      if (kept) mark(kept, false);
      kept = code;
      mark(code, true);
      const area = areas.get(code);
      const row = rows.get(code);
      const title = area ? area.querySelector("title").textContent : row.querySelector("th").textContent;
      const cut = title.indexOf(":");
      details.querySelector(".name").textContent = cut > 0 ? title.slice(0, cut).trim() : title;
      details.querySelector(".said").textContent = cut > 0 ? title.slice(cut + 1).trim() : "";
      const address = area ? area.getAttribute("href") : row.querySelector("a").getAttribute("href");
      details.querySelector("a").setAttribute("href", address);
      details.hidden = false;
      if (details.getBoundingClientRect().top > window.innerHeight || details.getBoundingClientRect().bottom < 0) {
        details.scrollIntoView({ block: "nearest" });
      }
    }

    function close() {
      if (kept) mark(kept, false);
      kept = null;
      details.hidden = true;
    }

    function watch(element, code) {
      element.addEventListener("mouseenter", function () { mark(code, true); });
      element.addEventListener("mouseleave", function () { if (code !== kept) mark(code, false); });
      element.addEventListener("focusin", function () { mark(code, true); });
      element.addEventListener("focusout", function () { if (code !== kept) mark(code, false); });
    }

    areas.forEach(function (area, code) {
      watch(area, code);
      area.addEventListener("click", function (event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        // A second click on the same area follows its link.
        if (kept === code) return;
        event.preventDefault();
        open(code);
      });
    });
    rows.forEach(function (row, code) {
      watch(row, code);
      row.addEventListener("click", function (event) {
        if (!event.target.closest("a")) open(code);
      });
    });
    details.querySelector("button").addEventListener("click", close);
    document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(); });
  }

  // --- months ---------------------------------------------------------------------------------------

  function slide(page) {
    const form = page.querySelector("[data-period]");
    if (!form) return;
    const select = form.querySelector("select");
    const options = Array.from(select.options);
    const range = document.createElement("input");
    const shown = document.createElement("output");
    const first = document.createElement("span");
    const last = document.createElement("span");
    range.type = "range";
    range.min = "0";
    range.max = String(options.length - 1);
    range.value = String(select.selectedIndex);
    range.id = "mois-curseur";
    form.querySelector("label").htmlFor = range.id;
    first.textContent = options[0].text;
    last.textContent = options[options.length - 1].text;
    first.className = last.className = "quiet";

    function show() {
      const words = options[Number(range.value)].text;
      range.setAttribute("aria-valuetext", words);
      shown.textContent = words;
    }
    show();
    select.hidden = true;
    form.append(first, range, last, shown);
    form.classList.add("slider");
    range.addEventListener("input", show);
    range.addEventListener("change", function () {
      select.selectedIndex = Number(range.value);
      load(form);
    });
  }

  // Another month replaces the page in its place, so that the slider can be moved on at once.
  function load(form) {
    const address = form.action + "?" + new URLSearchParams(new FormData(form)).toString();
    form.setAttribute("aria-busy", "true");
    fetch(address)
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.statusText);
        return answer.text();
      })
      .then(function (text) {
        const next = new DOMParser().parseFromString(text, "text/html");
        document.title = next.title;
        document.getElementById("main").replaceWith(next.getElementById("main"));
        window.history.replaceState(null, "", address);
        start();
        const range = document.getElementById("mois-curseur");
        if (range) range.focus({ preventScroll: true });
      })
      .catch(function () { form.submit(); });
  }

  start();
})();
