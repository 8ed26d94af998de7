// Drag and drop, and the share of the file that is sent. Without it, the form does the same.
"use strict";

(function () {
  const form = document.getElementById("upload");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const problem = form.querySelector("[data-problem]");
  const progress = form.querySelector("[data-progress]");
  const button = form.querySelector("button.primary");
  const words = form.dataset;

  function say(text) {
    problem.querySelector("p").textContent = text;
    problem.hidden = !text;
  }

  function tooLarge() {
    const large = input.files.length > 0 && input.files[0].size > Number(words.largest);
    say(large ? words.tooLarge : "");
    return large;
  }

  function show(share) {
    const bar = progress.querySelector("progress");
    const label = progress.querySelector("label");
    progress.hidden = false;
    if (share < 100) {
      bar.value = share;
      label.textContent = words.sending + " " + share + " %";
    } else {
      bar.removeAttribute("value");
      label.textContent = words.reading;
    }
  }

  function stop(text) {
    progress.hidden = true;
    button.disabled = false;
    say(text);
  }

  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", function (event) {
      if (event.lengthComputable) show(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", function () {
      const answer = request.response || {};
      if (answer.ok) window.location.assign(answer.address);
      else stop(answer.error || words.failed);
    });
    request.addEventListener("error", function () { stop(words.failed); });
    button.disabled = true;
    say("");
    show(0);
    request.send(new FormData(form));
  }

  form.addEventListener("submit", function (event) {
    if (!input.files.length) return;
    event.preventDefault();
    if (!tooLarge()) send();
  });
  input.addEventListener("change", tooLarge);

  let inside = 0;
  function mark(change) {
    inside = Math.max(0, inside + change);
    drop.classList.toggle("over", inside > 0);
  }
  drop.addEventListener("dragenter", function (event) { event.preventDefault(); mark(1); });
  drop.addEventListener("dragleave", function () { mark(-1); });
  drop.addEventListener("dragover", function (event) { event.preventDefault(); });
  drop.addEventListener("drop", function (event) {
    event.preventDefault();
    inside = 0;
    mark(0);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    tooLarge();
  });
  // A file dropped beside the area must not replace the page.
  ["dragover", "drop"].forEach(function (name) {
    window.addEventListener(name, function (event) { event.preventDefault(); });
  });
})();
