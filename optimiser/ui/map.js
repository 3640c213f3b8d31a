// Draws the map that maps.py describes: areas, circles, lines and labels, in units of its sheet. Sizes are
// pixels and stay so when the reader zooms. Asks nothing of any host.
const SVG = "http://www.w3.org/2000/svg";
const LETTER = 7.5, LINE = 17, STEP = 1.6, CLOSEST = 24, DRAG = 4, CLEAR = 14;

const make = (tag, attributes, parent) => {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    parent.append(made);
    return made;
};

export default function ({ data, parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".map");
    const same = root.dataset.view === JSON.stringify(data.view);
    const focused = root.getRootNode().activeElement?.dataset?.code;
    const view = same && root.kept ? root.kept : { x: data.view[0], y: data.view[1], zoom: 1 };
    const [, , wide, high] = data.view;
    root.dataset.view = JSON.stringify(data.view);
    root.kept = view;

    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("aria-label", data.alt);
    svg.setAttribute("role", data.clickable ? "group" : "img");
    svg.style.aspectRatio = `${wide} / ${high}`;
    const said = new Map();
    const parts = [areas(), lines(), circles(), labels()];
    const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    root.replaceChildren(svg, tip, button("Zoom in", "+", STEP), button("Zoom out", "−", 1 / STEP));
    if (focused) svg.querySelector(`[data-code="${CSS.escape(focused)}"]`)?.focus();

    function areas() {
        const group = make("g", {}, svg);
        for (const each of data.areas) {
            const drawn = each.d
                ? make("path", { d: each.d, "fill-rule": "evenodd" }, group)
                : make("circle", { cx: each.at[0], cy: each.at[1], "data-r": 30 }, group);
            drawn.setAttribute("fill", each.fill);
            drawn.setAttribute("class", each.chosen ? "area chosen" : "area");
            drawn.dataset.code = each.code;
            if (data.clickable) {
                drawn.setAttribute("role", "button");
                drawn.setAttribute("tabindex", "0");
                drawn.setAttribute("aria-pressed", String(Boolean(each.chosen)));
                drawn.setAttribute("aria-label", `${each.title}. ${each.text.replaceAll("\n", ". ")}`);
            }
            said.set(drawn, each);
        }
        return () => sized(group);
    }

    function circles() {
        const group = make("g", { "aria-hidden": "true" }, svg);
        for (const each of data.circles) {
            const [fill, line, width] = data.styles[each.style];
            said.set(make("circle", {
                cx: each.at[0], cy: each.at[1], "data-r": each.r, fill, stroke: line, "stroke-width": width,
                class: "circle",
            }, group), each);
        }
        return () => sized(group);
    }

    function lines() {
        const group = make("g", { "aria-hidden": "true" }, svg);
        const drawn = data.lines.map(each => {
            const line = make("path", { class: "line", stroke: each.colour, fill: "none" }, group);
            const head = each.head ? make("path", { class: "head", fill: each.colour }, group) : null;
            if (each.title) for (const part of [line, head]) if (part) said.set(part, each);
            return [each, line, head];
        });
        return unit => {
            for (const [each, line, head] of drawn) {
                const [[x1, y1], [x2, y2]] = [each.from, each.to];
                const bend = each.head ? 0.18 : 0;
                const [cx, cy] = [(x1 + x2) / 2 - (y2 - y1) * bend, (y1 + y2) / 2 + (x2 - x1) * bend];
                const far = Math.hypot(x2 - cx, y2 - cy) || 1;
                const [dx, dy] = [(x2 - cx) / far, (y2 - cy) / far];
                const size = head ? (7 + each.width) * unit : 0, short = head ? CLEAR * unit : 0;
                const [tx, ty] = [x2 - dx * short, y2 - dy * short];
                const [bx, by] = [tx - dx * size, ty - dy * size];
                line.setAttribute("d", `M${x1} ${y1}Q${cx} ${cy} ${bx} ${by}`);
                line.setAttribute("stroke-width", each.width);
                if (!head) continue;
                const [hx, hy] = [-dy * size * 0.6, dx * size * 0.6];
                head.setAttribute("d", `M${tx} ${ty}L${bx + hx} ${by + hy}L${bx - hx} ${by - hy}Z`);
            }
        };
    }

    function labels() {
        const group = make("g", { "aria-hidden": "true", class: "labels" }, svg);
        const drawn = data.labels.map(each => {
            const text = make("text", { x: each.at[0], y: each.at[1] }, group);
            text.textContent = each.text;
            return [each, text];
        });
        return unit => {
            group.style.fontSize = `${13 * unit}px`;
            group.style.strokeWidth = 5 * unit;
            const taken = [];
            for (const [each, text] of drawn) {
                const [x, y] = each.at.map(value => value / unit);
                const half = each.text.length * LETTER / 2 + 3;
                const covers = taken.some(([a, b, width]) =>
                    Math.abs(a - x) < half + width && Math.abs(b - y) < LINE);
                text.style.visibility = covers ? "hidden" : "visible";
                if (!covers) taken.push([x, y, half]);
            }
        };
    }

    function sized(group) {
        const size = unit() * Math.min(1, 0.3 + 0.7 * svg.clientWidth / wide);
        for (const each of group.querySelectorAll("[data-r]")) each.setAttribute("r", each.dataset.r * size);
    }

    function unit() {
        const width = svg.clientWidth || wide, height = svg.clientHeight || high;
        return Math.max(wide / view.zoom / width, high / view.zoom / height);
    }

    function lay() {
        svg.setAttribute("viewBox", `${view.x} ${view.y} ${wide / view.zoom} ${high / view.zoom}`);
        svg.style.touchAction = view.zoom > 1 ? "none" : "pan-y";
        const now = unit();
        for (const part of parts) part(now);
    }

    function button(name, sign, step) {
        const made = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
        made.setAttribute("aria-label", name);
        made.className = step > 1 ? "in" : "out";
        made.onclick = () => zoom(step, view.x + wide / view.zoom / 2, view.y + high / view.zoom / 2);
        return made;
    }

    function zoom(step, x, y) {
        const next = Math.min(Math.max(view.zoom * step, 0.5), CLOSEST);
        view.x = x - (x - view.x) * view.zoom / next;
        view.y = y - (y - view.y) * view.zoom / next;
        view.zoom = next;
        lay();
    }

    function at(event) {
        const box = svg.getBoundingClientRect(), size = unit();
        return [
            view.x + wide / view.zoom / 2 + (event.clientX - box.x - box.width / 2) * size,
            view.y + high / view.zoom / 2 + (event.clientY - box.y - box.height / 2) * size,
        ];
    }

    function tell(target, x, y) {
        const each = said.get(target);
        tip.hidden = !each?.title;
        if (tip.hidden) return;
        const title = Object.assign(document.createElement("b"), { textContent: each.title });
        tip.replaceChildren(title, `\n${each.text}`);
        tip.style.left = `${Math.max(Math.min(x + 14, root.clientWidth - tip.offsetWidth - 4), 4)}px`;
        const below = y + 14 + tip.offsetHeight < root.clientHeight;
        tip.style.top = `${below ? y + 14 : Math.max(y - 14 - tip.offsetHeight, 4)}px`;
    }

    function choose(code) {
        if (data.clickable && code) setTriggerValue("clicked", code);
    }

    let held = null;
    svg.onpointerdown = event => {
        held = { x: event.clientX, y: event.clientY, from: { ...view }, moved: false };
    };
    svg.onpointermove = event => {
        const box = root.getBoundingClientRect();
        if (held && event.buttons) {
            const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
            held.moved ||= Math.hypot(dx, dy) > DRAG;
            if (held.moved && (event.pointerType === "mouse" || view.zoom > 1)) {
                svg.setPointerCapture(event.pointerId);
                view.x = held.from.x - dx * unit();
                view.y = held.from.y - dy * unit();
                lay();
            }
        }
        tell(event.target, event.clientX - box.x, event.clientY - box.y);
    };
    svg.onpointerleave = () => { tip.hidden = true; };
    svg.onclick = event => {
        const moved = held?.moved;
        held = null;
        if (moved) return;
        const below = root.getRootNode().elementsFromPoint(event.clientX, event.clientY);
        choose(below.find(each => each.dataset?.code)?.dataset.code);
    };
    svg.ondblclick = event => zoom(STEP, ...at(event));
    svg.addEventListener("wheel", event => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoom(event.deltaY < 0 ? STEP : 1 / STEP, ...at(event));
    }, { passive: false });
    svg.addEventListener("focusin", event => {
        const box = event.target.getBoundingClientRect(), around = root.getBoundingClientRect();
        tell(event.target, box.x + box.width / 2 - around.x, box.y + box.height / 2 - around.y);
    });
    svg.addEventListener("focusout", () => { tip.hidden = true; });
    svg.onkeydown = event => {
        if (event.key === "Escape") tip.hidden = true;
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(event.target.dataset.code);
    };

    const watched = new ResizeObserver(lay);
    watched.observe(svg);
    lay();
    return () => watched.disconnect();
}
