(function () {
  "use strict";
  var config = {
    displaylogo: false,
    responsive: true,
    displayModeBar: "hover",
    modeBarButtons: [["toImage"]],
    toImageButtonOptions: { scale: 2 }
  };
  var NARROW = 600, charts = [];
  var SETTLED = 60;  // ms: Plotly shows at most one label in 50, and the last one then

  function each(selector, work, root) { Array.prototype.forEach.call((root || document).querySelectorAll(selector), work); }
  function narrow() { return window.innerWidth < NARROW; }
  function meta(div) { return (div.layout || {}).meta || {}; }

  // Unpacks the library and runs it; the page's policy lets nothing else run.
  function library() {
    var place = document.getElementById("library");
    if (!place) { return null; }  // the page loads it by itself
    var text = atob(place.textContent), bytes = new Uint8Array(text.length);
    for (var n = 0; n < text.length; n++) { bytes[n] = text.charCodeAt(n); }
    place.textContent = "";
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text().then(function (code) {
      var script = document.createElement("script");
      script.textContent = code;
      document.head.appendChild(script);
    });
  }

  function draw(div) {
    var spec = JSON.parse(document.getElementById(div.dataset.figure).textContent);
    var first = spec.choices ? spec.choices[0] : spec;
    charts.push(div);
    return Plotly.newPlot(div, first.data, first.layout, config).then(function () {
      if (narrow() && meta(div).onPhone) { return phone(div); }
    }).then(function () {
      if (spec.choices) { choose(div, spec.choices); }
      if (meta(div).paths) { light(div, meta(div)); }
      walkable(div);
    });
  }

  // The marks of a chart that tell something when the pointer is on them, trace by trace.
  function marks(div) {
    var found = [];
    div.data.forEach(function (trace, curve) {
      var count = Math.max((trace.x || []).length, (trace.y || []).length);
      if (trace.hoverinfo === "skip" || trace.hoverinfo === "none" || trace.visible === false) { return; }
      for (var point = 0; point < count; point++) {
        if (trace.x[point] !== null && trace.y[point] !== null) { found.push({ curveNumber: curve, pointNumber: point }); }
      }
    });
    return found;
  }

  // Arrow keys go from mark to mark: what the pointer would show is shown, and read out.
  function walkable(div) {
    var told = document.createElement("p"), place = -1;
    told.className = "told";
    told.setAttribute("aria-live", "polite");
    div.parentNode.insertBefore(told, div.nextSibling);
    div.tabIndex = 0;
    div.setAttribute("aria-keyshortcuts", "ArrowRight ArrowLeft Home End Escape");
    function leave() { place = -1; told.textContent = ""; Plotly.Fx.unhover(div); }
    div.addEventListener("blur", leave);
    div.addEventListener("keydown", function (event) {
      var all = marks(div), last = all.length - 1;
      var next = { ArrowRight: Math.min(place + 1, last), ArrowLeft: Math.max(place - 1, 0), Home: 0, End: last }[event.key];
      if (event.key === "Escape") { leave(); }
      if (next === undefined || last < 0) { return; }
      event.preventDefault();
      place = next;
      Plotly.Fx.hover(div, [all[place]]);
      window.setTimeout(function () { if (place === next) { tell(all.length); } }, SETTLED);
    });
    function tell(count) {
      var words = [];
      each(".hoverlayer .hovertext", function (label) {
        each("text", function (text) {
          var lines = text.querySelectorAll("tspan.line");
          words.push(Array.prototype.map.call(lines.length ? lines : [text], function (line) { return line.textContent; }).join("; "));
        }, label);
      }, div);
      told.textContent = words.filter(Boolean).join("; ") + " (" + (place + 1) + " of " + count + ")";
    }
  }

  // What is closed is drawn when it is opened.
  function isOpen(div) { return !div.closest("details:not([open])") && getComputedStyle(div).display !== "none"; }
  function drawn(div) { return charts.indexOf(div) >= 0; }
  function drawOpen(root) {
    var found = [];
    each("[data-figure]", function (div) { if (!drawn(div) && isOpen(div) && div.offsetParent) { found.push(draw(div)); } }, root);
    return Promise.all(found).then(function () { document.body.dataset.drawn = String(charts.length); });
  }

  function phone(div) {
    var height = meta(div).onPhone.height;
    if (height) { div.style.minHeight = height + "px"; }
    return Plotly.relayout(div, meta(div).onPhone);
  }

  function choose(div, choices) {
    var select = document.querySelector('[data-chooses="' + div.id + '"]');
    select.addEventListener("change", function () {
      var chosen = choices[Number(select.value)];
      Plotly.react(div, chosen.data, chosen.layout, config);
    });
  }

  // Shows the connections of the node under the pointer.
  function light(div, about) {
    function show(x, y) { Plotly.restyle(div, { x: [x], y: [y] }, [about.highlight]); }
    div.on("plotly_hover", function (event) {
      var parts = about.paths[event.points[0].customdata] || [], x = [], y = [];
      parts.forEach(function (part) {
        var trace = div.data[part[0]];
        x = x.concat(trace.x.slice(part[1], part[1] + part[2]), [null]);
        y = y.concat(trace.y.slice(part[1], part[1] + part[2]), [null]);
      });
      show(x, y);
    });
    div.on("plotly_unhover", function () { show([null], [null]); });
  }

  // -- tables ---------------------------------------------------------------------------------------------------------

  function cells(row) { return Array.prototype.map.call(row.cells, function (cell) { return cell.textContent.trim(); }); }

  // A number as people write it: 1,234.5, −3, 84 %, $2.5B; NaN for everything else.
  function amount(text) {
    var found = /^[$€£¥]?\s*([-−+]?[\d,]*\.?\d+)\s*(%|[A-Za-z]{0,3})$/.exec(text);
    return found ? Number(found[1].replace(/,/g, "").replace("−", "-")) : NaN;
  }

  function sort(table, column, down) {
    var body = table.tBodies[0], rows = Array.prototype.map.call(body.rows, function (row, place) {
      return { row: row, place: place, text: row.cells[column].textContent.trim() };
    });
    var numbers = rows.every(function (one) { return !one.text || one.text === "–" || !isNaN(amount(one.text)); });
    rows.sort(function (one, other) {
      var empty = (one.text === "" || one.text === "–") - (other.text === "" || other.text === "–");
      if (empty) { return empty; }  // what is not there stays last
      var order = numbers ? amount(one.text) - amount(other.text) : one.text.localeCompare(other.text);
      return (down ? -order : order) || one.place - other.place;
    });
    rows.forEach(function (one) { body.appendChild(one.row); });
  }

  function sortable(table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    if (table.tBodies[0].rows.length < 2) { return; }
    heads.forEach(function (head, column) {
      var button = document.createElement("span");  // a button would not be printed again on each page
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.className = "sort";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); button.click(); }
      });
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      });
    });
  }

  // A cell of a CSV file that no spreadsheet takes for a formula.
  function quoted(text) {
    var plain = isNaN(amount(text)) ? text : text.replace("−", "-").replace(/(\d),(?=\d)/g, "$1");
    if (/^[=+@\t\r]/.test(plain) || (/^-/.test(plain) && isNaN(amount(plain)))) { plain = "'" + plain; }
    return /[",\n\r]/.test(plain) ? '"' + plain.replace(/"/g, '""') + '"' : plain;
  }

  function headings(table) {
    return Array.prototype.map.call(table.tHead.rows[0].cells, function (head) {
      var unit = head.querySelector("small"), all = head.textContent.trim();
      return unit ? all.slice(0, all.length - unit.textContent.trim().length).trim() + ", " + unit.textContent.trim() : all;
    });
  }

  function csv(table) {
    var rows = Array.prototype.filter.call(table.tBodies[0].rows, function (row) { return !row.hidden; });
    var lines = [headings(table)].concat(rows.map(cells));
    return "\ufeff" + lines.map(function (line) { return line.map(quoted).join(","); }).join("\r\n") + "\r\n";
  }

  function save(table, name) {
    var link = document.createElement("a"), address = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
    link.href = address;
    link.download = name.replace(/[^\w-]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase() + ".csv";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
  }

  // From so many rows on a table can be filtered: rows without the words are hidden, and not saved as CSV either.
  var LONG = 8;
  function filterable(table) {
    var rows = table.tBodies[0].rows, name = table.caption ? table.caption.textContent.trim() : "table";
    if (rows.length < LONG) { return; }
    var input = document.createElement("input"), count = document.createElement("span");
    input.type = "search";
    input.className = "filter";
    input.placeholder = "Filter";
    input.setAttribute("aria-label", "Filter the rows of: " + name);
    count.className = "filtered";
    count.setAttribute("aria-live", "polite");
    input.addEventListener("input", function () {
      var wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
      each("tr", function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !wanted.every(function (word) { return text.indexOf(word) >= 0; });
        shown += row.hidden ? 0 : 1;
      }, table.tBodies[0]);
      count.textContent = wanted.length ? shown + " of " + rows.length + " rows" : "";
    });
    table.parentNode.parentNode.insertBefore(input, table.parentNode);
    table.parentNode.parentNode.insertBefore(count, table.parentNode);
  }

  function exportable(table) {
    var name = table.caption ? table.caption.textContent.trim() : "table", button = document.createElement("button");
    button.type = "button";
    button.className = "csv";
    button.textContent = "CSV";
    button.setAttribute("aria-label", "Save as CSV: " + name);
    button.addEventListener("click", function () { save(table, name); });
    table.parentNode.parentNode.insertBefore(button, table.parentNode);
  }

  // On a narrow screen each row stands as a card, each cell with its heading.
  function cards(table) {
    var heads = headings(table);
    each("tbody tr", function (row) {
      Array.prototype.forEach.call(row.cells, function (cell, column) { cell.dataset.label = heads[column]; });
    }, table);
  }

  function prepare(root) {
    each(".table table", function (table) {
      var wide = table.tHead.rows[0].cells.length > 3 || table.scrollWidth > table.closest(".table").clientWidth;
      if (narrow() && wide) { cards(table); table.classList.add("cards-of-rows"); }
      sortable(table);
      filterable(table);
      exportable(table);
    }, root);
    each("details", function (part) {
      part.addEventListener("toggle", function () { if (part.open && window.Plotly) { drawOpen(part); } });
    }, root);
  }

  // -- paper ----------------------------------------------------------------------------------------------------------

  // On paper every chart takes the width that its place has there, not the window's, and if it can the height of a page.
  function lower(div) {
    var page = document.body.classList.contains("landscape") ? 600 : 930, height = div.dataset.height;
    return height > page && height < 1.5 * page ? page : height;
  }

  // Hatching is dear on paper: each bar of it is a picture of its own.
  function hatching(div, printing) {
    div.data.forEach(function (trace, number) {
      var pattern = (trace.marker || {}).pattern;
      if (!pattern) { return; }
      if (printing) { trace.marker.patternOnScreen = trace.marker.patternOnScreen || pattern.shape; }
      var shape = printing ? "" : trace.marker.patternOnScreen;
      Plotly.restyle(div, { "marker.pattern.shape": shape }, [number]);
    });
  }

  function fit(printing) {
    document.body.classList.toggle("printing", printing);
    charts.forEach(function (div) {
      var width = div.getBoundingClientRect().width;
      div.dataset.height = div.dataset.height || div.layout.height;
      var height = Number(printing ? lower(div) : div.dataset.height);
      var change = { width: printing ? width : null, autosize: !printing, height: height };
      div.style.minHeight = height + "px";
      var own = meta(div)[printing ? "onPaper" : "onScreen"] || {};
      hatching(div, printing);
      Plotly.relayout(div, Object.assign(change, own));
    });
  }

  // All that is closed is opened for paper, and what was never drawn is drawn.
  var closed = [];
  window.addEventListener("beforeprint", function () {
    each("details:not([open])", function (part) { closed.push(part); part.open = true; });
    if (window.Plotly) { drawOpen(); fit(true); }
  });
  // Chromium tells that printing is over just before it takes the picture, so the screen's sizes wait a moment.
  window.addEventListener("afterprint", function () {
    setTimeout(function () {
      closed.splice(0).forEach(function (part) { part.open = false; });
      if (window.Plotly) { fit(false); }
    }, 100);
  });

  function failed() {
    each("[data-figure]", function (div) {
      div.style.minHeight = "0";
      div.className = "note";
      div.textContent = "This browser is too old to draw the chart; the tables hold the same figures.";
    });
    document.body.dataset.drawn = "0";
  }

  // For pages whose parts come and go.
  window.outlayCharts = {
    drawIn: function (root) { prepare(root); return drawOpen(root); },
    clearIn: function (root) {
      charts = charts.filter(function (div) {
        if (!root.contains(div)) { return true; }
        Plotly.purge(div);
        return false;
      });
    }
  };

  prepare(document);
  Promise.resolve().then(library).then(function () { return drawOpen(); }).catch(failed);
})();
