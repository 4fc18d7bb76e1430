import { STANDARD_COLUMNS, textOf, type Doc } from '../document.ts';
import { FrappeError } from '../frappe-error.ts';
import { isNumeric, type Meta } from '../meta.ts';

/**
 * A webhook's condition: Python over `doc`. Understood are comparisons (`== != < <= > >= in not in`) of fields, texts,
 * numbers, `None`, `True`, `False` and tuples, with `and`, `or`, `not` and parentheses. Nothing else is.
 */

type Py = string | number | null | readonly Py[];
type Lookup = (field: string) => Py;
type Expression = (field: Lookup) => Py;

const raised = (type: string, text: string): FrappeError => new FrappeError({ status: 500, type, text, module: '' });

const TOKEN = /\s*(==|!=|<=|>=|[<>()[\],.]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|[A-Za-z_]\w*)/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(source)?.[1];
    if (token === undefined) throw raised('SyntaxError', `invalid syntax near ${source.slice(at, at + 12)}`);
    tokens.push(token);
  }
  return tokens;
}

const isTruthy = (value: Py): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== '' && value !== 0;

function compareValues(operator: string, left: Py, right: Py): boolean {
  if (operator === '==') return JSON.stringify(left) === JSON.stringify(right);
  if (operator === '!=') return JSON.stringify(left) !== JSON.stringify(right);
  if (operator === 'in' || operator === 'not in') {
    if (typeof right !== 'string' && !Array.isArray(right)) throw raised('TypeError', 'argument is not iterable');
    const isIn =
      typeof right === 'string'
        ? right.includes(String(left))
        : right.some((item) => JSON.stringify(item) === JSON.stringify(left));
    return isIn === (operator === 'in');
  }
  if (left === null || right === null || typeof left !== typeof right) {
    throw raised('TypeError', `'${operator}' not supported between instances`); // as Python says of None and a number
  }
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return operator === '<=' ? left <= right : left >= right;
}

/** Reads an expression by recursive descent: or, and, not, comparison, operand. */
class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  whole(): Expression {
    const expression = this.either();
    if (this.peek() !== undefined) this.fail();
    return expression;
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private takes(token: string): boolean {
    if (this.peek() !== token) return false;
    this.at += 1;
    return true;
  }

  private next(): string {
    const token = this.peek();
    if (token === undefined) return this.fail();
    this.at += 1;
    return token;
  }

  private fail(): never {
    throw raised('SyntaxError', `the sandbox does not understand ${this.peek() ?? 'the end'}`);
  }

  private either(): Expression {
    let left = this.both();
    while (this.takes('or')) {
      const [first, second] = [left, this.both()];
      left = (field) => {
        const value = first(field);
        return isTruthy(value) ? value : second(field);
      };
    }
    return left;
  }

  private both(): Expression {
    let left = this.negated();
    while (this.takes('and')) {
      const [first, second] = [left, this.negated()];
      left = (field) => {
        const value = first(field);
        return isTruthy(value) ? second(field) : value;
      };
    }
    return left;
  }

  private negated(): Expression {
    if (!this.takes('not')) return this.comparison();
    const inner = this.negated();
    return (field) => (isTruthy(inner(field)) ? 0 : 1);
  }

  private comparison(): Expression {
    const left = this.operand();
    const operator = this.operator();
    if (operator === undefined) return left;
    const right = this.operand();
    return (field) => (compareValues(operator, left(field), right(field)) ? 1 : 0);
  }

  private operator(): string | undefined {
    const token = this.peek() ?? '';
    if (token === 'not' && this.tokens[this.at + 1] === 'in') {
      this.at += 2;
      return 'not in';
    }
    if (!['==', '!=', '<', '>', '<=', '>=', 'in'].includes(token)) return undefined;
    return this.next();
  }

  private operand(): Expression {
    const token = this.next();
    if (token === '(' || token === '[') return this.group(token === '(' ? ')' : ']');
    if (token === 'doc') return this.docField();
    if (/^["']/.test(token)) return constant(token.slice(1, -1).replace(/\\(.)/g, '$1'));
    if (/^\d/.test(token)) return constant(Number(token));
    if (token === 'None') return constant(null);
    if (token === 'True' || token === 'False') return constant(token === 'True' ? 1 : 0);
    this.at -= 1;
    return this.fail();
  }

  /** `doc.field`, `doc["field"]`, `doc.get("field")`. */
  private docField(): Expression {
    if (this.takes('[')) {
      const name = this.next().slice(1, -1);
      if (!this.takes(']')) this.fail();
      return (field) => field(name);
    }
    if (!this.takes('.')) this.fail();
    const name = this.next();
    if (name !== 'get' || !this.takes('(')) return (field) => field(name);
    const key = this.next().slice(1, -1);
    if (!this.takes(')')) this.fail();
    return (field) => field(key);
  }

  private group(end: string): Expression {
    const items: Expression[] = [];
    let isTuple = end === ']';
    while (!this.takes(end)) {
      items.push(this.either());
      if (this.takes(',')) isTuple = true;
      else if (this.peek() !== end) this.fail();
    }
    const [only] = items;
    if (!isTuple && only !== undefined) return only;
    return (field) => items.map((item) => item(field));
  }
}

const constant =
  (value: Py): Expression =>
  () =>
    value;

function lookupIn(meta: Meta, doc: Doc): Lookup {
  return (name) => {
    const field = meta.fields.find((candidate) => candidate.fieldname === name);
    const isStandard = STANDARD_COLUMNS.some((column) => column === name);
    if (field === undefined && !isStandard) {
      throw raised('AttributeError', `'${meta.name}' object has no attribute '${name}'`);
    }
    const value = doc[name] ?? null;
    if (Array.isArray(value)) return value.map((row) => textOf(row, 'name'));
    return value === null && field !== undefined && isNumeric(field.fieldtype) ? 0 : value;
  };
}

/** Whether a document meets a condition; none is always met. What Python would raise is raised, into the user's save. */
export function holds(condition: string, meta: Meta, doc: Doc): boolean {
  if (condition.trim() === '') return true;
  return isTruthy(new Parser(condition).whole()(lookupIn(meta, doc)));
}
