// What the configuration lets one choose from: offices, projects, partners, the five steps.  Read once when one signs in.
import { get } from "./api.js";
import { language } from "./i18n.js";

let kept = { offices: [], projects: [], partners: [], steps: [], assignment_hours: 0, callback: "" };

export async function loadLists() {
	kept = await get("/api/v1/lists", { passive: true });
}

export const offices = () => kept.offices.map((one) => [one.id, one.name]);
export const projects = () => kept.projects.map((one) => [one.tag, one.name]);
export const partners = () => kept.partners.map((one) => [one.id, one.name]);
export const steps = () => kept.steps.map((one, i) => [String(i + 1), i + 1 + ". " + (one[language] || one.fr)]);

export const callback = () => kept.callback;
export const assignmentHours = () => kept.assignment_hours;

const nameOf = (list, code) => list.find(([one]) => one === String(code))?.[1] ?? (code === null ? "" : String(code));
export const officeName = (id) => nameOf(offices(), id);
export const projectName = (tag) => nameOf(projects(), tag);
export const stepName = (step) => nameOf(steps(), step);
