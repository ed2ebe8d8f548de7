// The page put together: sliders, the strip that stays in view, head and filters, and the panels in their order. A further panel is one more entry of PANELS.

// ---- the sliders: built once a survey and language, then only set ----

function buildSliders(view) {
  const { survey, settings } = view, { model } = survey;
  const most = Math.max(...model.asWritten.weights, 1e-9), wide = 3 * most, step = niceStep(wide / 60);
  const weights = model.children.map((child, k) => slider({
    key: `weight ${k}`, label: `${child.code} ${pick(survey.areas[k].label)}`, low: 0, high: wide, step, written: model.asWritten.weights[k],
    now: () => state.settings[state.survey].weights[k], set: (x) => { state.settings[state.survey].weights[k] = x; }, fits: isWeight, after: () => shareOfWeights(k),
  }));
  const stages = survey.stages.filter((stage) => model.bounds.some((bound) => bound.stage === stage.code));
  const cuts = stages.map((stage) => el("fieldset", {}, el("legend", {}, say("cuts_of", { stage: pick(stage.label) })),
    model.bounds.map((bound, k) => bound.stage !== stage.code ? null : slider({
      key: `cut ${k}`, label: pick(bound.label), low: bound.low, high: bound.high, step: bound.step, written: model.asWritten.bounds[k],
      now: () => state.settings[state.survey].bounds[k], set: (x) => { state.settings[state.survey].bounds[k] = x; }, fits: isCut,
    }))));
  return [
    el("p", { class: "measure", text: say("sliders_measure") }),
    ...cuts,
    el("fieldset", {}, el("legend", { text: say("weights") }), model.weightings.length ? weightingChoice(survey) : null, weights, el("p", { class: "warn", id: "no-weight", hidden: true, text: say("no_weight") })),
    el("p", { class: "measure", text: say("kept_needs") }),
  ];
}

function niceStep(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return Number(([1, 2, 5, 10].find((m) => m * power >= x * 0.999) * power).toPrecision(3));
}

function slider({ key, label, low, high, step, written, now, set, fits, after }) {
  const move = (x) => { if (fits(x)) { set(x); state.page = 0; drawSoon(); } };
  const range = el("input", { type: "range", min: low, max: high, step, "aria-label": label, "data-key": `${key} range`, on: { input: () => move(Number(range.value)) } });
  const box = el("input", { type: "number", step: "any", "aria-label": label, "data-key": `${key} box`, on: {
    input: () => { if (box.value !== "") move(Number(box.value)); }, change: () => { box.value = now(); },
  } });
  const back = el("button", { type: "button", class: "back", "data-key": `${key} back`, on: { click: () => { move(written); box.focus(); } } });
  const tail = after ? el("output", {}) : null;
  const row = el("div", { class: "slider" }, el("span", { class: "label", text: label }), range, box, tail, back);
  row.refresh = () => {
    if (document.activeElement !== box) box.value = now();
    range.value = now();
    range.setAttribute("aria-valuetext", String(now()));
    back.textContent = say("was_number", { x: String(written) });
    back.hidden = now() === written;
    if (tail) tail.textContent = after();
  };
  return row;
}

function shareOfWeights(k) {
  const { weights } = state.settings[state.survey], sum = weights.reduce((a, b) => a + b, 0);
  return sum > 0 ? `${decimal(100 * weights[k] / sum)}%` : "–";
}

function weightingChoice(survey) {
  const same = (a, b) => a.every((w, k) => w === b[k]);
  const options = [{ label: DATA.words.weights_as_written, weights: survey.model.asWritten.weights }, ...survey.model.weightings];
  const made = el("select", { "data-key": "weighting", on: { change: () => {
    const chosen = options[Number(made.value)];
    if (chosen) { state.settings[state.survey].weights = [...chosen.weights]; drawSoon(); }
  } } }, options.map((one, k) => el("option", { value: k, text: pick(one.label) })), el("option", { value: "own", text: say("weights_own") }));
  const row = el("label", { class: "slider choice" }, el("span", { class: "label", text: say("weighting") }), made);
  row.refresh = () => {
    const at = options.findIndex((one) => same(one.weights, state.settings[state.survey].weights));
    made.value = at < 0 ? "own" : String(at);
  };
  return row;
}

function refreshSliders() {
  for (const row of document.querySelectorAll("#sliders .slider")) row.refresh();
  const settings = state.settings[state.survey], warn = document.getElementById("no-weight");
  if (warn) warn.hidden = settings.weights.some((w) => w > 0);
}

// ---- the strip that stays in view: stages, who moved, the way back ----

function drawStrip(view) {
  const { survey } = view, row = view.all;
  const stages = survey.stages.map((stage, k) => el("button", {
    type: "button", class: "chip", "data-key": `chip ${stage.code}`, "aria-pressed": String(state.stage === stage.code), on: { click: () => choose({ stage: state.stage === stage.code ? "" : stage.code }) },
  }, stageMark(survey, k), el("b", { text: cell(row.counts[k]) })));
  const moved = survey.model ? el("span", { class: view.moved.length ? "moved some" : "moved", text: view.changed ? say("moved_short", { n: counted(view.moved.length) }) : "" }) : null;
  const back = survey.model ? el("button", { type: "button", class: "reset", "data-key": "reset", "aria-disabled": String(!view.changed), text: say("reset"), on: { click: reset } }) : null;
  return [el("span", { class: "n", text: countOf(row.n) }), ...stages, moved, back];
}

function reset() {
  state.settings[state.survey] = asWritten(SURVEYS[state.survey]);
  state.moved = false;
  draw();
}

// ---- head and filters ----

function drawHead() {
  const other = state.lang === "zh" ? "en" : "zh";
  const surveys = SURVEYS.length < 2 ? null : el("div", { class: "surveys", role: "group", "aria-label": say("surveys") }, SURVEYS.map((survey, k) => el("button", {
    type: "button", class: "plain", "data-key": `survey ${survey.code}`, "aria-pressed": String(k === state.survey), text: pick(survey.label), on: { click: () => changeSurvey(k) },
  })));
  return [
    el("div", { class: "top" }, el("h1", { text: pick(DATA.study) }),
      el("div", { class: "tools" },
        el("button", { type: "button", class: "plain", "data-key": "copy", text: say("copy"), on: { click: copyLink } }),
        el("button", { type: "button", class: "plain", "data-key": "lang", lang: other === "zh" ? "zh-CN" : "en", text: other === "zh" ? "中文" : "English", on: { click: () => { state.lang = other; rebuild(); } } }))),
    surveys,
    el("p", { class: "notice", id: "notice", role: "status", text: notice }),
  ];
}

function changeSurvey(k) {
  Object.assign(state, nothingChosen(), { survey: k });
  rebuild();
}

function drawFilters(view) {
  const { survey } = view, units = survey.units;
  const choice = (key, label, options) => options.length === 0 ? null : el("label", {}, el("span", { text: label }),
    el("select", { "data-key": `filter ${key}`, on: { change: (event) => choose({ [key]: event.target.value, page: 0 }) } },
      el("option", { value: "", text: say("any") }), options.map(([value, text]) => el("option", { value, text, selected: state[key] === value }))));
  const text = units ? el("label", { class: "text" }, el("span", { text: say("find") }), el("input", { type: "search", value: state.text, maxlength: "200", "data-key": "filter text", on: { input: (event) => choose({ text: event.target.value, page: 0 }) } })) : null;
  const used = ["group", "stage", "size", "text"].some((key) => state[key] !== "") || state.moved;
  return [
    choice("group", say("group"), survey.groups.map((group) => [group.code, groupName(survey, group.code)])),
    choice("stage", say("stage"), survey.stages.map((stage) => [stage.code, pick(stage.label)])),
    units?.sizes ? choice("size", say("size"), units.sizes.map((size, k) => [String(k), pick(size)])) : null,
    text,
    el("button", { type: "button", class: "plain", "data-key": "clear", "aria-disabled": String(!used), text: say("clear"), on: { click: () => choose({ group: "", stage: "", size: "", text: "", moved: false, page: 0 }) } }),
  ];
}

function copyLink() {
  keepLink();
  const done = () => tell(say("copied")), failed = () => tell(say("copy_failed"));
  if (navigator.clipboard?.writeText) navigator.clipboard.writeText(location.href).then(done, failed);
  else failed();
}

function tell(words) {
  notice = words;
  document.getElementById("notice").textContent = words;
}

// ---- putting it together ----

const always = () => true;
const PANELS = [
  { id: "tiles", title: "tiles", fits: () => DATA.tiles.length > 0, draw: drawTiles },
  { id: "bars", title: "bars", fits: (view) => view.survey.groups.length > 0, draw: drawBars },
  { id: "moved", title: "moved", fits: (view) => Boolean(view.survey.model), draw: drawMoved },
  { id: "profile", title: "profile", fits: (view) => view.survey.areas.length > 0, draw: drawProfile },
  { id: "whatif", title: "whatif", fits: (view) => Boolean(view.survey.tried), draw: drawTrial },
  { id: "unit", title: "unit", fits: (view) => view.unit >= 0, draw: drawUnit },
  { id: "units", title: "table", fits: always, draw: drawTable },
];

function rebuild() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = pick(DATA.study);
  const view = look(), mark = DATA.mark ? Array(120).fill(DATA.mark.join("   ")).join("   ") : "";
  const panels = PANELS.map((panel) => el("section", { class: "panel", id: panel.id, "aria-labelledby": `${panel.id}-title`, "data-mark": mark },
    el("h2", { id: `${panel.id}-title`, text: say(panel.title) }), el("div", { class: "body", id: `${panel.id}-body` })));
  const refused = view.survey.refusal ? el("p", { class: "refusal", text: say("no_sliders", { why: pick(view.survey.refusal) }) }) : "";
  const sliders = view.survey.model ? el("details", { class: "panel", id: "sliders", open: !narrowScreen() }, el("summary", { "data-key": "sliders" }, el("h2", { text: say("sliders") })), buildSliders(view)) : null;
  document.getElementById("head").replaceChildren(...drawHead().filter(Boolean));
  document.getElementById("main").replaceChildren(
    el("div", { class: "strip", id: "strip", role: "group", "aria-label": say("strip") }), el("div", { class: "filters", id: "filters", role: "group", "aria-label": say("filters") }), refused,
    el("div", { class: sliders ? "work" : "work plain-work" }, sliders || "", el("div", { class: "panels" }, panels)));
  draw();
}

function narrowScreen() {
  return window.matchMedia("(max-width: 60rem)").matches;
}

let waiting = 0;
function drawSoon() {
  if (!waiting) waiting = requestAnimationFrame(draw);
}

function draw() {
  cancelAnimationFrame(waiting);
  waiting = 0;
  const view = look(), focused = document.activeElement?.dataset?.key, opened = openWays();
  fill("strip", drawStrip(view));
  if (focused !== "filter text") fill("filters", drawFilters(view));
  for (const panel of PANELS) drawPanel(panel, view);
  for (const [way, open] of opened) { const one = document.querySelector(`[data-way="${way}"]`); if (one) one.open = open; }
  refreshSliders();
  if (focused && document.activeElement?.dataset?.key !== focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  keepHeights();
  keepLinkSoon();
}

function drawPanel(panel, view) {
  const there = panel.fits(view);
  document.getElementById(panel.id).hidden = !there;
  fill(`${panel.id}-body`, there ? panel.draw(view) : []);
}

function openWays() {
  return [...document.querySelectorAll("[data-way]")].map((one) => [one.dataset.way, one.open]);
}

function fill(id, nodes) {
  document.getElementById(id).replaceChildren(...nodes.flat().filter((node) => node !== null && node !== undefined && node !== false));
}

function choose(changes) {
  Object.assign(state, changes);
  if (notice) tell("");
  draw();
}

let linkTimer = 0;
function keepLinkSoon() {
  clearTimeout(linkTimer);
  linkTimer = setTimeout(keepLink, 200);
}

function keepLink() {
  clearTimeout(linkTimer);
  history.replaceState(null, "", `#${linkOf(state, SURVEYS)}`);
}

function openLink() {
  const asked = readLink(location.hash.slice(1), SURVEYS, state ? state.lang : FIRST_LANG);
  state = asked.state;
  notice = asked.bad.length ? say("bad_link", { parts: asked.bad.join(", ") }) : "";
  rebuild();
}

// The banner and the strip under it stay in view; what is scrolled to must not hide behind them.
function keepHeights() {
  const root = document.documentElement.style;
  const tall = (id) => `${document.getElementById(id)?.offsetHeight || 0}px`;
  root.setProperty("--banner", tall("banner"));
  root.setProperty("--strip", tall("strip"));
}

// A browser whose arithmetic comes out differently must say so instead of showing other stages.
function selfCheck() {
  return SURVEYS.every(({ model, written }) => {
    if (!model) return true;
    const { place, total } = restage(model, model.asWritten);
    const near = (x, y) => (Number.isNaN(x) && Number.isNaN(y)) || Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(y));
    return place.every((k, i) => k === written.place[i]) && total.every((x, i) => near(x, written.total[i]));
  });
}

function start() {
  openLink();
  if (!selfCheck()) {
    for (const survey of SURVEYS) if (survey.model) { survey.model = null; survey.refusal = DATA.words.differs; survey.because = { words: [["", ""]], of: survey.units.id.map(() => 0) }; }
    openLink();
  }
  window.addEventListener("hashchange", openLink);
  window.addEventListener("resize", keepHeights);
  document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main").focus(); });
}

// For whoever checks the page: what it computes, under given settings or the present ones.
window.explorer = Object.freeze({
  settings: () => structuredClone(state.settings[state.survey]),
  outcome(settings = state.settings[state.survey], survey = state.survey) {
    const { model, units, stages } = SURVEYS[survey], { total, place, judged } = restage(model, settings);
    const decided = units.id.map((_, i) => deciding(judged, place[i], i)).map((at) => (at ? model.stages[at[0]][at[1]].code : ""));
    return { id: units.id, total: Array.from(total, (x) => (Number.isNaN(x) ? null : x)), stage: Array.from(place, (k) => stages[k].code), need: decided };
  },
  trial: (tried = state.tried[state.survey]) => tryMeasures(SURVEYS[state.survey], tried),
  apply(settings) { state.settings[state.survey] = structuredClone(settings); draw(); },
});

start();
