// The page's own behaviour: what htmx and the report's script do not do.
(function () {
  "use strict";
  var $ = function (id) { return document.getElementById(id); };
  var shown = $("shown"), choice = $("case"), dialog = $("dialog"), panel = $("panel");
  var state = null, tab = "plan", drawn = "", awaited = null, asked = 0;

  // -- messages ----------------------------------------------------------------------------------------------------
  function message(text, good) {
    $("message").hidden = !text;
    $("message").classList.toggle("good", Boolean(good));
    $("message").querySelector("p").textContent = text || "";
  }
  $("message").querySelector("button").addEventListener("click", function () { message(""); });
  function say(text) { $("said").textContent = text; }

  document.body.addEventListener("htmx:responseError", function (event) {
    message(event.detail.xhr.responseText.slice(0, 3000) || "The request was refused.");
    if (panel.contains(event.detail.elt)) { htmx.trigger(panel, "refresh"); }
  });
  document.body.addEventListener("htmx:beforeRequest", function (event) {
    var solves = event.detail.elt.getAttribute("data-solves");
    if (solves) { awaited = solves; }
  });
  document.body.addEventListener("htmx:sendError", lost);
  document.body.addEventListener("htmx:timeout", lost);
  function lost() { message("The page has lost its server. Was it ended in the terminal? What was solved is kept in the session's folder."); }
  document.body.addEventListener("told", function (event) { message(event.detail.value, true); });
  document.body.addEventListener("htmx:afterRequest", function (event) {
    var form = event.detail.elt;
    if (!event.detail.successful || event.detail.requestConfig.verb !== "post") { return; }
    if ($("message").classList.contains("good") === false) { message(""); }
    if (form.hasAttribute("data-closes")) { dialog.close(); }
    if (form.hasAttribute("data-explains")) { openProject(null); }
    if (tab === "projects") { show(true); }
  });

  // -- the panel keeps what is unfolded, where it is scrolled to, and where the focus is ---------------------------------
  var open = {};
  document.body.addEventListener("toggle", function (event) {
    if (event.target.id && panel.contains(event.target)) { open[event.target.id] = event.target.open; }
  }, true);
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target === panel) { panel.dataset.scroll = String(panel.parentElement.scrollTop); }
  });
  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target !== panel) { return; }
    panel.querySelectorAll("details[id]").forEach(function (one) { if (one.id in open) { one.open = open[one.id]; } });
    panel.parentElement.scrollTop = Number(panel.dataset.scroll || 0);
  });
  // A slider and its figure show the same.
  document.body.addEventListener("input", function (event) {
    var other = event.target.dataset && event.target.dataset.shows;
    if (other) { $(other).value = Math.round(Number(event.target.value) * 1e6) / 1e6; }
    if (event.target.id === "filter") { filter(event.target.value); }
    if (event.target.type === "number") {
      var range = document.querySelector('[data-shows="' + CSS.escape(event.target.id) + '"]');
      if (range) { range.value = event.target.value; }
    }
  });
  document.body.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button.id === "to-projects") { choose("projects", true); }
    if (button.dataset.project) { openProject(button.dataset.project); }
    if ("close" in button.dataset) { dialog.close(); }
    if (button.id === "print") { window.print(); }
    if (button.id === "new-address") { newAddress(); }
  });
  function newAddress() {
    fetch("/address", { method: "POST" }).then(function (answer) { return answer.text(); }).then(function (text) { $("link").textContent = text; }, lost);
  }
  function filter(text) {
    shown.querySelectorAll(".projects tbody tr").forEach(function (row) {
      row.hidden = row.textContent.toLowerCase().indexOf(text.toLowerCase()) < 0;
    });
  }

  // -- tabs --------------------------------------------------------------------------------------------------------
  var tabs = Array.prototype.slice.call(document.querySelectorAll("[role=tab]"));
  tabs.forEach(function (one, place) {
    one.addEventListener("click", function () { choose(one.dataset.tab); });
    one.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      var next = event.key === "Home" ? tabs[0] : event.key === "End" ? tabs[tabs.length - 1] : step && tabs[(place + step + tabs.length) % tabs.length];
      if (next) { event.preventDefault(); choose(next.dataset.tab); next.focus(); }
    });
  });
  function choose(name, focus) {
    tab = name;
    tabs.forEach(function (one) {
      var mine = one.dataset.tab === name;
      one.setAttribute("aria-selected", String(mine));
      one.tabIndex = mine ? 0 : -1;
      if (mine) { shown.setAttribute("aria-labelledby", one.id); }
    });
    show(true);
    if (focus) { shown.focus(); }
  }
  choice.addEventListener("change", function () { remember(); show(true); });
  function remember() {
    document.querySelectorAll("[data-download]").forEach(function (link) {
      link.href = "/download/" + link.dataset.download + "?name=" + encodeURIComponent(choice.value);
      link.hidden = !choice.value || (link.dataset.download === "report" && Boolean(state) && state.without_plan.indexOf(choice.value) >= 0);
    });
  }

  function show(force) {
    var wanted = tab + "\n" + choice.value + "\n" + (tab === "all" && state ? state.cases.join("\n") : "");
    if (!force && wanted === drawn) { return; }
    drawn = wanted;
    asked += 1;
    var mine = asked;
    shown.classList.add("drawing");
    shown.setAttribute("aria-busy", "true");
    fetch("/tab/" + tab + "?case=" + encodeURIComponent(choice.value)).then(function (answer) {
      return answer.text().then(function (text) {
        if (mine !== asked) { return; }
        outlayCharts.clearIn(shown);
        if (answer.ok) { shown.innerHTML = text; htmx.process(shown); } else { shown.textContent = text; }
        shown.classList.remove("drawing");
        return outlayCharts.drawIn(shown).then(function () {
          shown.setAttribute("aria-busy", "false");
          listen();
        });
      });
    }).catch(lost);
  }
  // What scrolls must be reached by the keyboard.
  function reachable() {
    shown.querySelectorAll(".table").forEach(function (one) {
      if (one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth) {
        one.tabIndex = 0;
        one.setAttribute("role", "group");
        one.setAttribute("aria-label", "Table that scrolls");
      }
    });
  }
  shown.addEventListener("toggle", reachable, true);
  window.addEventListener("resize", reachable);

  // A click on a bar of the plan opens its project.
  function listen() {
    reachable();
    var gantt = $("gantt");
    if (!gantt || !gantt.on) { return; }
    gantt.on("plotly_click", function (event) {
      var found = event.points.map(function (point) { return point.customdata; }).filter(function (id) { return typeof id === "string"; });
      if (found.length) { openProject(found[0]); }
    });
  }

  // -- the dialog of a project ----------------------------------------------------------------------------------------
  var project = null;
  function openProject(id) {
    project = id || project;
    if (!project) { return; }
    htmx.ajax("GET", "/project?id=" + encodeURIComponent(project) + "&case=" + encodeURIComponent(choice.value), { target: "#dialog-body", swap: "innerHTML" }).then(function () {
      if (!dialog.open && $("dialog-body").firstElementChild) { dialog.showModal(); }
    });
  }

  // -- what happens -----------------------------------------------------------------------------------------------------
  function update(next) {
    var before = state;
    state = next;
    options();
    // Whoever is typing in the panel is not disturbed: what they send brings the panel up to date.
    var seen = panel.firstElementChild && Number(panel.firstElementChild.dataset.version);
    var typing = panel.contains(document.activeElement) && /^(text|number|search)$/.test(document.activeElement.type || "");
    if (before && next.version !== before.version && seen !== next.version && !typing) { htmx.trigger(panel, "refresh"); }
    jobs(before, next);
    show(false);
  }
  function options() {
    var chosen = choice.value;
    var names = Array.prototype.map.call(choice.options, function (one) { return one.value; });
    if (names.join("\n") !== state.cases.join("\n")) {
      choice.textContent = "";
      state.cases.forEach(function (name) {
        var option = document.createElement("option");
        option.value = name;
        option.textContent = name === state.reference ? name + " (the reference)" : state.labels[name] || name;
        choice.append(option);
      });
      choice.value = state.cases.indexOf(chosen) >= 0 ? chosen : state.cases.indexOf(state.current) >= 0 ? state.current : state.cases[0] || "";
    }
    remember();
  }
  function listed(one) { return one ? one.jobs.map(function (job) { return job.number + job.state; }).join() : ""; }
  var over = {};  // numbers of the jobs whose end was told
  function jobs(before, next) {
    if (listed(before) !== listed(next)) {
      htmx.trigger($("jobs"), "refresh");
      // Why there is no plan stands in the tab itself.
      if (next.jobs.some(function (job) { return job.kind === "explain" && !job.project && job.case === choice.value; })) { drawn = ""; }
    }
    next.jobs.forEach(function (job) {
      var words = $("job-words-" + job.number);
      if (words) { words.textContent = job.words; }
      if (job.open || over[job.number]) { return; }
      over[job.number] = true;
      if (!before) { return; }
      say(job.title + ": " + job.words);
      if (job.kind === "explain") {
        if (dialog.open && job.project === project) { openProject(project); }
      } else if (job.state === "done") {
        drawn = "";
        if (job.case === awaited || (!before.cases.length && job.case === next.reference)) {
          awaited = null;
          choice.value = job.case;
          remember();
          choose(job.case === next.reference ? "plan" : "difference");
          window.scrollTo(0, 0);
        }
      }
    });
  }
  var source = new EventSource("/events");
  source.onmessage = function (event) { update(JSON.parse(event.data)); };
  source.onerror = function () { if (source.readyState === EventSource.CLOSED) { lost(); } };
})();
