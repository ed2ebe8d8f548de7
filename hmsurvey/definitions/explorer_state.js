// What is chosen on the page, and the link that carries it. A link is read as text, part by part; a part that does not fit is left out and named.

const LONGEST_LINK = 8000;

// A survey as the page works with it: its areas, its model, the settings as written.
function readSurvey(data) {
  const n = data.units ? data.units.id.length : 0;
  const areas = data.scores ? data.scores.areas : [];
  const model = data.model ? readModel(data.model, areas, n) : null;
  const survey = { ...data, n, areas: areas.map((area) => ({ ...area, value: area.value && floats(area.value) })), model };
  if (data.units) {
    survey.places = new Map(data.units.id.map((id, i) => [id, i]));
    survey.sought = data.units.id.map((id, i) => folded(`${id} ${data.units.name[i]}`));
    survey.written = { place: Uint8Array.from(data.written.place), total: data.written.total && floats(data.written.total) };
  }
  return survey;
}

function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}

function asWritten(survey) {
  return survey.model ? { weights: [...survey.model.asWritten.weights], bounds: [...survey.model.asWritten.bounds] } : null;
}

function isAsWritten(survey, settings) {
  if (!survey.model) return true;
  const { weights, bounds } = survey.model.asWritten;
  return weights.every((w, k) => w === settings.weights[k]) && bounds.every((b, k) => b === settings.bounds[k]);
}

function nothingChosen() {
  return { group: "", stage: "", size: "", text: "", unit: "", moved: false, sort: "", down: true, page: 0 };
}

// ---- the link ----

function linkOf(state, surveys) {
  const survey = surveys[state.survey], settings = state.settings[state.survey], parts = new URLSearchParams();
  parts.set("lang", state.lang);
  if (surveys.length > 1) parts.set("survey", survey.code);
  if (survey.model && !isAsWritten(survey, settings)) {
    parts.set("rule", survey.model.rule);
    parts.set("weights", settings.weights.join(","));
    parts.set("cuts", settings.bounds.join(","));
  }
  if (survey.tried && !isAsAssumed(survey, state.tried[state.survey])) parts.set("measures", trialOf(survey, state.tried[state.survey]));
  for (const key of ["group", "stage", "size", "text", "unit"]) if (state[key] !== "") parts.set(key, state[key]);
  if (state.moved) parts.set("moved", "1");
  if (state.sort) parts.set("sort", (state.down ? "-" : "") + state.sort);
  return parts.toString();
}

// Returns the state that a link asks for, and the parts that were left out.
function readLink(text, surveys, lang) {
  const state = { lang, survey: 0, settings: surveys.map(asWritten), tried: surveys.map(asAssumed), ...nothingChosen() };
  if (text.length > LONGEST_LINK) return { state, bad: ["…"] };
  const parts = new URLSearchParams(text), bad = [];
  const take = (key, test) => {
    const value = parts.get(key);
    parts.delete(key);
    if (value === null) return null;
    if (test(value)) return value;
    bad.push(key);
    return null;
  };
  state.lang = take("lang", (v) => v === "zh" || v === "en") || lang;
  const code = take("survey", (v) => surveys.some((s) => s.code === v));
  if (code !== null) state.survey = surveys.findIndex((s) => s.code === code);
  const survey = surveys[state.survey];
  readSettings(state, survey, take);
  const tried = take("measures", (v) => readTrial(survey, v) !== null);
  if (tried !== null) state.tried[state.survey] = readTrial(survey, tried);
  state.group = take("group", (v) => survey.groups.some((g) => g.code === v)) || "";
  state.stage = take("stage", (v) => survey.stages.some((s) => s.code === v)) || "";
  state.size = take("size", (v) => /^\d{1,3}$/.test(v) && Boolean(survey.units?.sizes?.[Number(v)])) || "";
  state.text = take("text", (v) => v.length <= 200) || "";
  state.unit = take("unit", (v) => Boolean(survey.places?.has(v))) || "";
  state.moved = take("moved", (v) => v === "1" && Boolean(survey.model)) === "1";
  const sort = take("sort", (v) => /^-?(name|group|size|stage|total|n|(area|share|stage)\d{1,3})$/.test(v)) || "";
  state.sort = sort.replace(/^-/, "");
  state.down = sort === "" || sort.startsWith("-");
  bad.push(...[...parts.keys()].map((key) => key.slice(0, 20)));
  return { state, bad: [...new Set(bad)] };
}

function readSettings(state, survey, take) {
  const rule = take("rule", (v) => survey.model !== null && v === survey.model.rule);
  const fits = (wanted, test) => (v) => rule !== null && numbersIn(v, wanted, test) !== null;
  const model = survey.model || { children: [], bounds: [] };
  const weights = take("weights", fits(model.children.length, isWeight));
  const cuts = take("cuts", fits(model.bounds.length, isCut));
  if (rule === null || weights === null || cuts === null) return;
  state.settings[state.survey] = {
    weights: numbersIn(weights, model.children.length, isWeight),
    bounds: numbersIn(cuts, model.bounds.length, isCut),
  };
}

function numbersIn(text, wanted, test) {
  const words = text.split(",");
  if (words.length !== wanted || !words.every((word) => /^-?\d+(\.\d+)?(e-?\d+)?$/.test(word))) return null;
  const numbers = words.map(Number);
  return numbers.every(test) ? numbers : null;
}

function isWeight(x) {
  return Number.isFinite(x) && x >= 0 && x <= 1e6;
}

function isCut(x) {
  return Number.isFinite(x) && Math.abs(x) <= 1e6;
}
