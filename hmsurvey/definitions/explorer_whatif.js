// Measures tried on the page: which are offered and how many take part. Stages under every combination come with the page; here they are only weighed by their chances.

function asAssumed(survey) {
  if (!survey.tried) return null;
  const { measures } = survey.tried;
  return { on: measures.map(() => true), uptake: measures.map((measure) => measure.uptake) };
}

function isAsAssumed(survey, tried) {
  return survey.tried.measures.every((measure, k) => tried.on[k] && tried.uptake[k] === measure.uptake);
}

// In a link: "S1:50,S3:40" for the measures that are offered, "none" where nothing is.
function trialOf(survey, tried) {
  const parts = survey.tried.measures.map((measure, k) => (tried.on[k] ? `${measure.code}:${tried.uptake[k]}` : "")).filter(Boolean);
  return parts.join(",") || "none";
}

function readTrial(survey, text) {
  if (!survey.tried) return null;
  const { measures } = survey.tried, found = { on: measures.map(() => false), uptake: measures.map((measure) => measure.uptake) };
  if (text === "none") return found;
  for (const part of text.split(",")) {
    const at = part.lastIndexOf(":"), k = measures.findIndex((measure) => measure.code === part.slice(0, at)), share = part.slice(at + 1);
    if (k < 0 || found.on[k] || !/^\d{1,3}$/.test(share) || Number(share) > 100) return null;
    found.on[k] = true;
    found.uptake[k] = Number(share);
  }
  return found;
}

// The chance of every combination of events that happen by themselves; bit k stands for event k.
function chancesOf(shares) {
  return shares.reduce((found, share) => [...found.map((x) => x * (1 - share)), ...found.map((x) => x * share)], [1]);
}

// What is expected by group, and of all in the last row: units with a stage, above the lowest stage now and then, units that rise, effort.
function tryMeasures(survey, tried) {
  const { measures, rank, effort } = survey.tried;
  const part = measures.map((_, k) => (tried.on[k] ? tried.uptake[k] / 100 : 0));
  const takes = chancesOf(part), works = chancesOf(part.map((share, k) => share * measures[k].effect));
  const rows = [...survey.groups.map((group) => group.code), "all"].map((code) => ({ code, n: 0, now: 0, above: 0, lifted: 0, effort: 0 }));
  const all = rows[rows.length - 1];
  for (let i = 0; i < survey.n; i += 1) {
    const ranks = rank[i], first = ranks[0];
    if (first === "-") continue;
    let above = 0, lifted = 0, spent = 0;
    for (let way = 0; way < ranks.length; way += 1) {
      if (ranks[way] !== "0") above += works[way];
      if (ranks[way] > first) lifted += works[way];
      spent += takes[way] * effort[i][way];
    }
    for (const row of new Set([rows[survey.units.group[i]] || all, all])) {
      row.n += 1;
      row.now += first === "0" ? 0 : 1;
      row.above += above;
      row.lifted += lifted;
      row.effort += spent;
    }
  }
  return rows;
}

// ---- panel: measures ----

// Controls stay where they are while a slider is dragged: only what follows from them is drawn anew.
function drawTrial(view) {
  const { survey } = view, tried = state.tried[state.survey];
  const result = el("div", { class: "trial", id: "trial", "aria-live": "polite" }, trialTable(survey, tried));
  const back = el("button", { type: "button", class: "plain", "data-key": "trial back", "aria-disabled": String(isAsAssumed(survey, tried)), text: say("whatif_back"), on: { click: () => { state.tried[state.survey] = asAssumed(survey); draw(); } } });
  const retry = () => {
    result.replaceChildren(...trialTable(survey, tried));
    back.setAttribute("aria-disabled", String(isAsAssumed(survey, tried)));
    keepLinkSoon();
  };
  const rows = survey.tried.measures.map((measure, k) => trialControl(measure, k, tried, retry));
  return [el("p", { class: "measure", text: say("whatif_measure") }), el("div", { class: "measures" }, rows), back, result, el("p", { class: "measure", text: say("whatif_note") })];
}

function trialControl(measure, k, tried, retry) {
  const name = `${measure.code} ${pick(measure.label)}`;
  const range = el("input", { type: "range", min: 0, max: 100, step: 1, value: tried.uptake[k], disabled: !tried.on[k], "aria-label": say("whatif_uptake", { name }), "data-key": `uptake ${measure.code}` });
  const out = el("output", { text: `${tried.uptake[k]}%` });
  range.addEventListener("input", () => { tried.uptake[k] = Number(range.value); out.textContent = `${range.value}%`; retry(); });
  const box = el("input", { type: "checkbox", checked: tried.on[k], "data-key": `measure ${measure.code}` });
  box.addEventListener("change", () => { tried.on[k] = box.checked; range.disabled = !box.checked; retry(); });
  return el("div", { class: "measure-row" }, el("label", {}, box, el("span", {}, given(name))), range, out, el("span", { class: "aside", text: say("whatif_works", { x: String(Math.round(100 * measure.effect)) }) }));
}

function trialTable(survey, tried) {
  const rows = tryMeasures(survey, tried).filter((row) => row.n > 0), stage = survey.stages.filter((one) => one.code !== "unstaged").at(-2);
  const share = (row, x) => 100 * x / row.n, highest = Math.max(0, ...rows.map((row) => Math.max(share(row, row.now), share(row, row.above)))), top = [10, 20, 40, 60, 80, 100].find((x) => x >= highest - 1e-9);
  const at = (x) => `${Math.min(100, 100 * x / top)}%`;
  const heads = [say("group"), "n", "", say("whatif_now"), say("whatif_after"), say("whatif_rise"), say("whatif_effort")];
  const line = (row) => el("tr", { class: row.code === "all" ? "total" : "" },
    el("th", { scope: "row" }, row.code === "all" ? say("all") : given(groupName(survey, row.code))), el("td", { class: "n", text: whole(row.n) }),
    el("td", { class: "track", "aria-hidden": "true" }, el("div", {}, el("i", { class: "dot province", style: { left: at(share(row, row.now)) } }), el("i", { class: "dot group", style: { left: at(share(row, row.above)) } }))),
    ...[share(row, row.now), share(row, row.above), row.lifted].map((x) => el("td", { class: "n", text: decimal(x) })), el("td", { class: "n", text: whole(Math.round(row.effort)) }));
  const head = el("tr", {}, heads.map((text, k) => (k === 2 ? el("td", { class: "track", "aria-hidden": "true" }) : el("th", { scope: "col", class: k === 0 ? "" : "n", text }))));
  const key = el("p", { class: "key" }, el("span", {}, pick(stage.label) === "" ? "" : say("whatif_above", { stage: pick(stage.label) })), el("span", {}, el("i", { class: "dot province", "aria-hidden": "true" }), say("whatif_now")), el("span", {}, el("i", { class: "dot group", "aria-hidden": "true" }), say("whatif_after")));
  return [key, el("table", { class: "profile trial-table" }, el("caption", { class: "unseen", text: say("whatif_table") }), el("thead", {}, head), el("tbody", {}, rows.map(line)))];
}
