'use strict';
// SPDX-License-Identifier: Apache-2.0
// Opens and closes parts of the page, and filters the rows of the table. Nothing is said here that the page does not say.
(function () {
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    for (var part = target.closest('details'); part; part = part.parentElement.closest('details')) {
      part.open = true;
    }
    target.scrollIntoView();
  }
  window.addEventListener('hashchange', reveal);
  reveal();

  function filter(text) {
    document.querySelectorAll('.matrix tbody').forEach(function (race) {
      var found = 0;
      race.querySelectorAll('tr:not(.race)').forEach(function (row) {
        row.hidden = !(race.rows[0].textContent + ' ' + row.textContent).toLowerCase().includes(text);
        found += row.hidden ? 0 : 1;
      });
      race.hidden = found === 0;
    });
  }
  var box = document.createElement('input');
  box.type = 'search';
  box.addEventListener('input', function () { filter(box.value.toLowerCase()); });
  var label = document.createElement('label');
  label.append('Only rows with ', box);

  function all(open) {
    var button = document.createElement('button');
    button.type = 'button';
    button.textContent = open ? 'Open all parts' : 'Close all parts';
    button.addEventListener('click', function () {
      document.querySelectorAll('details').forEach(function (part) { part.open = open; });
    });
    return button;
  }
  var tools = document.createElement('p');
  tools.className = 'tools';
  tools.append(label, all(true), all(false));
  document.getElementById('matrix').after(tools);
})();
