(function () {
  "use strict";
  var config = {
    displaylogo: false,
    responsive: true,
    displayModeBar: "hover",
    modeBarButtons: [["toImage"]],
    toImageButtonOptions: { scale: 2 }
  };
  var charts = [];

  function draw(div) {
    var spec = JSON.parse(document.getElementById(div.dataset.figure).textContent);
    var first = spec.choices ? spec.choices[0] : spec;
    charts.push(div);
    return Plotly.newPlot(div, first.data, first.layout, config).then(function () {
      if (spec.choices) { choose(div, spec.choices); }
      if (spec.layout.meta && spec.layout.meta.paths) { light(div, spec.layout.meta); }
    });
  }

  function choose(div, choices) {
    var select = document.querySelector('[data-chooses="' + div.id + '"]');
    select.addEventListener("change", function () {
      var chosen = choices[Number(select.value)];
      Plotly.react(div, chosen.data, chosen.layout, config);
    });
  }

  // Shows the connections of the node under the pointer.
  function light(div, meta) {
    function show(x, y) { Plotly.restyle(div, { x: [x], y: [y] }, [meta.highlight]); }
    div.on("plotly_hover", function (event) {
      var parts = meta.paths[event.points[0].customdata] || [], x = [], y = [];
      parts.forEach(function (part) {
        var trace = div.data[part[0]];
        x = x.concat(trace.x.slice(part[1], part[1] + part[2]), [null]);
        y = y.concat(trace.y.slice(part[1], part[1] + part[2]), [null]);
      });
      show(x, y);
    });
    div.on("plotly_unhover", function () { show([null], [null]); });
  }

  // On paper every chart takes the width that its place has there, not the window's, and if it can the height of a page.
  function lower(div) {
    var page = document.body.classList.contains("landscape") ? 600 : 930, height = div.dataset.height;
    return height > page && height < 1.5 * page ? page : height;
  }

  function fit(printing) {
    document.body.classList.toggle("printing", printing);
    charts.forEach(function (div) {
      var width = div.getBoundingClientRect().width;
      div.dataset.height = div.dataset.height || div.layout.height;
      var height = Number(printing ? lower(div) : div.dataset.height);
      var change = { width: printing ? width : null, autosize: !printing, height: height };
      div.style.minHeight = height + "px";
      var own = (div.layout.meta || {})[printing ? "onPaper" : "onScreen"] || {};
      Plotly.relayout(div, Object.assign(change, own));
    });
  }
  window.addEventListener("beforeprint", function () { fit(true); });
  // Chromium tells that printing is over just before it takes the picture, so the screen's sizes wait a moment.
  window.addEventListener("afterprint", function () { setTimeout(function () { fit(false); }, 100); });

  function drawIn(root) {
    return Promise.all(Array.prototype.map.call(root.querySelectorAll("[data-figure]"), draw)).then(function () {
      document.body.dataset.drawn = String(charts.length);
    });
  }

  function clearIn(root) {
    charts = charts.filter(function (div) {
      if (!root.contains(div)) { return true; }
      Plotly.purge(div);
      return false;
    });
  }
  // For pages whose parts come and go.
  window.outlayCharts = { drawIn: drawIn, clearIn: clearIn };

  drawIn(document);
})();
