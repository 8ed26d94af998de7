// Narrows the communes to the chosen cercle or region. Without this script all communes are offered.
(function () {
  "use strict";
  var place = document.getElementById("place");
  var commune = document.getElementById("commune");
  if (!place || !commune) return;

  // The places inside the chosen one: itself, and for a region its cercles.
  function inside() {
    var chosen = place.value;
    if (!chosen) return null;
    var codes = new Set([chosen]);
    place.querySelectorAll("optgroup").forEach(function (region) {
      if (region.dataset.within !== chosen) return;
      region.querySelectorAll("option").forEach(function (option) { codes.add(option.value); });
    });
    return codes;
  }

  // Hidden options can still be chosen in some browsers, so what does not belong is taken out and put back.
  var list = commune.list || commune;
  var items = Array.from(list.children);

  function narrow() {
    var codes = inside();
    var kept = items.filter(function (item) {
      return !codes || !item.dataset.within || codes.has(item.dataset.within);
    });
    var value = commune.value;
    list.replaceChildren.apply(list, kept);
    commune.value = value;
    if (commune.selectedIndex === -1) commune.selectedIndex = 0;
  }

  place.addEventListener("change", narrow);
  narrow();
})();
