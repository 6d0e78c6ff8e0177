// A signature drawn with a finger, a pen or a mouse: lines of points in the coordinates of a field of 600 × 200.
export const WIDTH = 600;
export const HEIGHT = 200;
const MOST_POINTS = 2_000;

export class SignatureField {
  #lines = [];
  #points = 0;

  constructor(canvas) {
    this.canvas = canvas;
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#lines.push([this.#at(event)]);
      this.#draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!canvas.hasPointerCapture(event.pointerId) || this.#points > MOST_POINTS) return;
      this.#lines.at(-1).push(this.#at(event));
      this.#points += 1;
      this.#draw();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  get isEmpty() {
    return this.#lines.length === 0;
  }

  // The lines as an SVG path: M x y L x y …, whole numbers.
  get path() {
    return this.#lines.map(([[x, y], ...rest]) => `M${x} ${y}${(rest.length ? rest : [[x, y]]).map(([a, b]) => `L${a} ${b}`).join("")}`).join("");
  }

  clear() {
    this.#lines = [];
    this.#points = 0;
    this.#draw();
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return [
      within(((event.clientX - box.left) / box.width) * WIDTH, WIDTH),
      within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT),
    ];
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.lineWidth = 4;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.stroke(new Path2D(this.path));
  }
}
