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

  // A version such as 5.15 or 2.6.32 asks for the variants that this mainline release has.
  function series(text) {
    var parts = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[.+-].*)?$/.exec(text);
    if (!parts) { return 0; }
    var third = ['1', '2'].includes(parts[1]) ? Number(parts[3] || 0) : 0; // since 3.0 it counts stable updates
    return Number(parts[1]) * 1e6 + Number(parts[2]) * 1e3 + third;
  }
  function has(row, release) {
    return (row.dataset.kernels || '').split(' ').some(function (span) {
      var ends = span.split('-').map(Number);
      return ends.length === 2 ? Math.min(Math.max(release, ends[0]), ends[1]) === release : false;
    });
  }
  function filter(text) {
    var release = series(text.trim());
    var all = 0;
    document.querySelectorAll('.matrix tbody').forEach(function (race) {
      var found = 0;
      race.querySelectorAll('tr:not(.race)').forEach(function (row) {
        row.hidden = release ? !has(row, release)
          : !(race.rows[0].textContent + ' ' + row.textContent).toLowerCase().includes(text);
        found += row.hidden ? 0 : 1;
      });
      race.hidden = found === 0;
      all += found;
    });
    said.textContent = !text.trim() ? '' : !all ? 'No row fits.'
      : all + (all === 1 ? ' row' : ' rows') + (release ? ' of variants of mainline ' + text.trim() : '');
  }
  var box = document.createElement('input');
  box.type = 'search';
  box.addEventListener('input', function () { filter(box.value.toLowerCase()); });
  var label = document.createElement('label');
  label.append('Only rows with ', box);
  box.placeholder = 'a word, or a release: 5.15';
  box.size = 28;
  var said = document.createElement('span');
  said.setAttribute('role', 'status');

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
  tools.append(label, said, all(true), all(false));
  document.getElementById('matrix').after(tools);
})();
