// Asks how far a check is and goes on to its page when it is done; without it, the page reloads itself.
"use strict";

(function () {
  const place = document.querySelector("[data-state-address]");
  if (!place) return;
  const bar = place.querySelector("progress");
  const label = place.querySelector("label");
  let wait = 1000;

  function ask() {
    fetch(place.dataset.stateAddress, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (state) {
        // Its turn has come, or it is done: the page says other things then.
        if (state.done || state.waits !== (place.dataset.waits === "1")) {
          window.location.reload();
          return;
        }
        bar.value = state.progress;
        bar.textContent = state.progress + " %";
        if (label.textContent !== state.step) label.textContent = state.step;
        wait = 1000;
        window.setTimeout(ask, wait);
      })
      .catch(function () {
        wait = Math.min(wait * 2, 30000);
        window.setTimeout(ask, wait);
      });
  }
  window.setTimeout(ask, wait);
})();
