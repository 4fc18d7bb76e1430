/** Results that a terminal posts only after so many more polls; a restart does not lose them. */
export class LateResults<T> {
  readonly #waiting: { polls: number; readonly result: T }[] = [];

  hold(result: T, polls: number): void {
    this.#waiting.push({ polls, result });
  }

  /** One poll went by: the results whose time has come. */
  polled(): T[] {
    for (const each of this.#waiting) each.polls--;
    const due = this.#waiting.filter((each) => each.polls <= 0);
    for (const each of due) this.#waiting.splice(this.#waiting.indexOf(each), 1);
    return due.map((each) => each.result);
  }
}
