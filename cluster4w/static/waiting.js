// Asks how far a check is and goes on to its page when it is done; without it, the page reloads itself.
"use strict";

(function () {
  const place = document.querySelector("[data-state-address]");
  if (!place) return;
  const bar = place.querySelector("progress");
  let wait = 1000;

  function ask() {
    fetch(place.dataset.stateAddress, { headers: { Accept: "application/json" } })
      .then(function (answer) { return answer.json(); })
      .then(function (state) {
        if (state.done) {
          window.location.reload();
          return;
        }
        bar.value = state.progress;
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
