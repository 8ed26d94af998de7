// Links the maps and their table, opens an area's figures on tap, filters by the legend, plays the months.
// Without it every area leads to a page, and filters, legend, months and search are links and forms. The
// address always holds what is seen, so that it can be sent.
"use strict";

(function () {
  const narrow = window.matchMedia("(max-width: 640px)");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  // Milliseconds that a month is shown while the months play.
  const PACE = 1200;
  let playing = null;
  let closeOpened = null;

  function start() {
    const page = document.querySelector(".gap");
    if (!page) return;
    const fold = document.querySelector("[data-filters]");
    if (narrow.matches) fold.open = false;
    document.querySelectorAll(".scriptless").forEach(function (button) { button.hidden = true; });
    document.querySelectorAll("[data-submits]").forEach(function (select) {
      select.addEventListener("change", function () { window.location.assign(addressOf(select.form)); });
    });
    keep();
    link(page);
    choose(page);
    slide(page);
    find();
  }

  // --- the address ----------------------------------------------------------------------------------

  // What a form asks for, without what is as usual.
  function addressOf(form) {
    const parts = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      const field = form.elements[name];
      const usual = field && field.dataset && field.dataset.usual;
      if (value !== "" && value !== usual) parts.append(name, value);
    });
    const words = parts.toString();
    return form.action + (words ? "?" + words : "");
  }

  function remember(changes) {
    const address = new URL(window.location.href);
    Object.keys(changes).forEach(function (name) {
      if (changes[name]) address.searchParams.set(name, changes[name]);
      else address.searchParams.delete(name);
    });
    window.history.replaceState(null, "", address);
  }

  // A filter keeps the classes that were chosen since the page was made, and so does a sheet.
  function keep() {
    document.querySelectorAll("[data-classes]").forEach(function (form) {
      form.addEventListener("formdata", function (event) {
        const chosen = new URL(window.location.href).searchParams.get("classe");
        if (chosen) event.formData.set("classe", chosen);
        else event.formData.delete("classe");
      });
    });
    document.querySelectorAll("[data-filters] .segmented a").forEach(function (way) {
      way.addEventListener("click", function () {
        const here = new URL(window.location.href).searchParams;
        const there = new URL(way.href);
        if (here.has("classe")) there.searchParams.set("classe", here.get("classe"));
        else there.searchParams.delete("classe");
        way.href = there;
      });
    });
  }

  // --- maps and table -------------------------------------------------------------------------------

  function link(page) {
    const areas = new Map();
    const rows = new Map();
    const marks = new Map();
    page.querySelectorAll(".map [data-pcode]").forEach(function (area) {
      const code = area.dataset.pcode;
      areas.set(code, (areas.get(code) || []).concat(area));
    });
    page.querySelectorAll("tr[data-pcode]").forEach(function (row) {
      const code = row.dataset.pcode;
      rows.set(code, (rows.get(code) || []).concat(row));
    });
    const details = page.querySelector("[data-details]");
    if (!details) return;
    const below = details.querySelector("[data-below]");
    const leaves = (details.dataset.leaves || "").split(" ");
    let kept = null;

    // A copy of the outline lies on top of all others: in its own place half of it would be hidden.
    function mark(code, on) {
      (rows.get(code) || []).forEach(function (row) { row.classList.toggle("chosen", on); });
      (marks.get(code) || []).forEach(function (copy) { copy.remove(); });
      marks.delete(code);
      if (!on) return;
      marks.set(code, (areas.get(code) || []).map(function (area) {
        const copy = area.querySelector("path, circle, rect").cloneNode(false);
        copy.setAttribute("class", "mark");
        area.ownerSVGElement.appendChild(copy);
        return copy;
      }));
    }

    function open(code) {
      if (kept) mark(kept, false);
      kept = code;
      mark(code, true);
      const drawn = areas.get(code) || [];
      // A list of plans has several rows of an area, under the names of places within it.
      const own = rows.get(code) || [];
      const row = own.length === 1 ? own[0] : null;
      const titles = drawn.map(function (area) { return area.querySelector("title").textContent; });
      const name = row || !drawn.length ? own[0].querySelector("th a").textContent : titles[0].split(":")[0].trim();
      const captions = page.querySelectorAll(".maps figcaption");
      details.querySelector(".name").textContent = name;
      details.querySelector(".said").textContent = titles.map(function (title, number) {
        const words = title.slice(title.indexOf(":") + 1).trim();
        return captions.length ? captions[number].textContent + ": " + words : words;
      }).join(" · ");
      const why = own.length ? own[0].querySelector("th a") : drawn[0];
      details.querySelector("[data-why]").setAttribute("href", why.getAttribute("href"));
      if (below) {
        const address = new URL(window.location.href);
        ["zone", "tout", "lieu"].forEach(function (part) { address.searchParams.delete(part); });
        address.searchParams.set("niveau", details.dataset.level);
        address.searchParams.set("dans", code);
        below.href = address;
        below.hidden = leaves.includes(code);
      }
      details.hidden = false;
      remember({ zone: code });
      if (details.getBoundingClientRect().top > window.innerHeight || details.getBoundingClientRect().bottom < 0) {
        details.scrollIntoView({ block: "nearest" });
      }
    }

    function close() {
      if (details.hidden) return;
      if (kept) mark(kept, false);
      kept = null;
      details.hidden = true;
      page.querySelectorAll(".map .selected").forEach(function (area) {
        area.classList.remove("selected");
        area.removeAttribute("aria-current");
        area.querySelector("path, circle, rect").removeAttribute("stroke");
      });
      remember({ zone: "" });
    }

    function watch(element, code) {
      element.addEventListener("mouseenter", function () { mark(code, true); });
      element.addEventListener("mouseleave", function () { if (code !== kept) mark(code, false); });
      element.addEventListener("focusin", function () { mark(code, true); });
      element.addEventListener("focusout", function () { if (code !== kept) mark(code, false); });
    }

    areas.forEach(function (drawn, code) {
      drawn.forEach(function (area) {
        const leadsDown = area.getAttribute("href").includes("dans=" + code);
        watch(area, code);
        area.addEventListener("click", function (event) {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          // A second click on the same area follows its link; so does a mouse that was on it already, where
          // the link leads to its parts.
          if (kept === code || (leadsDown && event.pointerType !== "touch")) return;
          event.preventDefault();
          open(code);
        });
      });
    });
    rows.forEach(function (own, code) {
      own.forEach(function (row) {
        watch(row, code);
        row.addEventListener("click", function (event) {
          if (!event.target.closest("a, summary")) open(code);
        });
      });
    });
    details.querySelector("[data-close]").addEventListener("click", function (event) {
      event.preventDefault();
      close();
    });
    closeOpened = close;
    page.open = function (code) {
      if (!areas.has(code)) return false;
      open(code);
      areas.get(code)[0].focus({ preventScroll: true });
      return true;
    };
    const asked = new URL(window.location.href).searchParams.get("zone");
    if (asked && areas.has(asked)) open(asked);
  }

  // --- classes --------------------------------------------------------------------------------------

  function choose(page) {
    const classes = Array.from(page.querySelectorAll(".legend a"));
    const all = page.querySelector("[data-all]");
    // The legend of a list explains, and does not filter.
    if (!all) return;
    const rows = Array.from(page.querySelectorAll(".gap-table tbody tr"));
    const more = page.querySelector("[data-more]");
    const total = page.querySelector("tfoot th");
    const whole = page.querySelectorAll("tr[data-pcode]").length >= new Set(
      Array.from(page.querySelectorAll(".map [data-pcode]"), function (area) { return area.dataset.pcode; })).size;
    rows.forEach(function (row) { row.dataset.first = row.hidden ? "" : "1"; });

    function show(chosen) {
      const some = chosen.length > 0;
      remember({ classe: chosen.join(" ") });
      if (!whole) {
        load(window.location.href);
        return;
      }
      page.querySelectorAll(".map .area").forEach(function (area) {
        area.classList.toggle("faint", some && !chosen.includes(area.classList[1]));
      });
      rows.forEach(function (row) {
        row.hidden = some ? !chosen.includes(row.dataset.class) : !row.dataset.first;
      });
      classes.forEach(function (entry) {
        entry.setAttribute("aria-pressed", String(chosen.includes(entry.dataset.class)));
      });
      all.hidden = !some;
      if (more) more.hidden = some;
      total.textContent = some ? total.dataset.totalOfAll : total.dataset.total;
    }

    function chosenNow() {
      return (new URL(window.location.href).searchParams.get("classe") || "").split(" ").filter(Boolean);
    }

    classes.forEach(function (entry) {
      entry.setAttribute("role", "button");
      entry.setAttribute("aria-pressed", String(entry.hasAttribute("aria-current")));
      entry.removeAttribute("aria-current");
      entry.addEventListener("click", function (event) {
        event.preventDefault();
        const key = entry.dataset.class;
        const chosen = chosenNow();
        show(chosen.includes(key) ? chosen.filter(function (k) { return k !== key; }) : chosen.concat(key));
      });
      entry.addEventListener("keydown", function (event) {
        if (event.key !== " ") return;
        event.preventDefault();
        entry.click();
      });
    });
    all.addEventListener("click", function (event) {
      event.preventDefault();
      show([]);
      if (classes.length) classes[0].focus();
    });
    if (chosenNow().length && whole) show(chosenNow());
    if (more && whole) {
      more.addEventListener("click", function (event) {
        event.preventDefault();
        rows.forEach(function (row) { row.hidden = false; row.dataset.first = "1"; });
        more.hidden = true;
        remember({ tout: "1" });
      });
    }
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
    const play = document.createElement("button");
    range.type = "range";
    range.min = "0";
    range.max = String(options.length - 1);
    range.value = String(select.selectedIndex);
    range.id = "mois-curseur";
    form.querySelector("label").htmlFor = range.id;
    first.textContent = options[0].text;
    last.textContent = options[options.length - 1].text;
    first.className = last.className = "quiet";
    play.type = "button";
    play.id = "mois-lecture";

    function show() {
      const words = options[Number(range.value)].text;
      range.setAttribute("aria-valuetext", words);
      shown.textContent = words;
    }
    function label() {
      play.textContent = still.matches ? form.dataset.next : playing ? form.dataset.pause : form.dataset.play;
    }
    function go(number, focus) {
      range.value = String(number);
      show();
      select.selectedIndex = number;
      const address = new URL(addressOf(form));
      const here = new URL(window.location.href).searchParams;
      ["classe", "zone", "tout"].forEach(function (part) {
        if (here.has(part)) address.searchParams.set(part, here.get(part));
        else address.searchParams.delete(part);
      });
      return load(address.href, focus);
    }
    function next() {
      const number = Number(range.value) + 1;
      return go(number < options.length ? number : 0, play.id);
    }
    show();
    label();
    select.hidden = true;
    form.append(play, first, range, last, shown);
    form.classList.add("slider");
    range.addEventListener("input", show);
    range.addEventListener("change", function () {
      stop();
      go(Number(range.value), range.id);
    });
    play.addEventListener("click", function () {
      if (still.matches) next();
      else if (playing) { stop(); label(); }
      else { playing = true; next(); }
    });
    // The page was replaced by the next month's: it goes on from here, up to the last one.
    if (playing) {
      if (Number(range.value) === options.length - 1) { stop(); label(); }
      else playing = window.setTimeout(next, PACE);
    }
  }

  function stop() {
    if (playing) window.clearTimeout(playing);
    playing = null;
  }

  // Another month replaces the page in its place, so that the slider can be moved on at once.
  function load(address, focus) {
    const busy = document.querySelector("[data-period]");
    if (busy) busy.setAttribute("aria-busy", "true");
    return fetch(address)
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
        const focused = focus && document.getElementById(focus);
        if (focused) focused.focus({ preventScroll: true });
      })
      .catch(function () { stop(); window.location.assign(address); });
  }

  // --- places ---------------------------------------------------------------------------------------

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  }

  // The names on the map are proposed, and one of them opens at once; the server knows all other spellings.
  function find() {
    const form = document.querySelector("[data-search]");
    const page = document.querySelector(".gap");
    if (!form) return;
    const input = form.querySelector("input[type=search]");
    const list = document.createElement("datalist");
    const codes = new Map();
    page.querySelectorAll(".map [data-pcode] > title").forEach(function (title) {
      const name = title.textContent.split(":")[0].trim();
      const known = codes.get(fold(name)) || new Set();
      if (!known.size) {
        const option = document.createElement("option");
        option.value = name;
        list.appendChild(option);
      }
      codes.set(fold(name), known.add(title.parentNode.dataset.pcode));
    });
    list.id = "lieux";
    input.setAttribute("list", list.id);
    form.appendChild(list);
    form.addEventListener("submit", function (event) {
      const found = codes.get(fold(input.value));
      if (found && found.size === 1 && page.open(found.values().next().value)) event.preventDefault();
    });
  }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && closeOpened) closeOpened();
  });
  start();
})();
