import { describe, expect, test } from '@jest/globals';
import { field, type Meta } from '../meta.ts';
import { pythonJson, pythonValue } from './python-json.ts';
import { problemIn, render } from './template.ts';

const meta: Meta = {
  name: 'Door',
  app: 'frappe',
  module: 'Core',
  autoname: 'hash',
  fields: [field('title', 'Data'), field('size', 'Float'), field('count', 'Int')],
  permissions: [],
};

describe('JSON as Python writes it', () => {
  test.each([
    ['{"a":1,"b":[1,2.50,true,null]}', '{"a": 1, "b": [1, 2.50, true, null]}'],
    ['{ "a" : "x, y: [z]" }', '{"a": "x, y: [z]"}'],
    ['"é\\n\\"𝄞"', '"\\u00e9\\n\\"\\ud834\\udd1e"'],
    ['[]', '[]'],
  ])('%s becomes %s', (text, expected) => {
    expect(pythonJson(text)).toBe(expected);
  });

  test('text that is no JSON is refused', () => {
    expect(() => pythonJson('{"a": }')).toThrow(SyntaxError);
  });

  test('values: floats stay floats, nothing is null', () => {
    expect([pythonValue(5, true), pythonValue(5), pythonValue(0.5, true), pythonValue(undefined)]).toEqual([
      '5.0',
      '5',
      '0.5',
      'null',
    ]);
    expect(pythonValue({ a: ['ü', 1] })).toBe('{"a": ["\\u00fc", 1]}');
  });
});

describe('a template', () => {
  const doc = { name: 'D "1"', title: null, size: 2, count: null };

  test.each([
    ['{{ doc.name | tojson }}', '"D \\"1\\""'],
    ['{{doc.get("title")|tojson}}', 'null'],
    ['{{ doc.title }}', 'None'],
    ['{{ doc.size | tojson }}/{{ doc.count }}', '2.0/0'],
    ['{{ doc.doctype | tojson }}', '"Door"'],
    ['[{{ doc.nope }}]', '[]'],
  ])('%s gives %s', (template, expected) => {
    expect(problemIn(template)).toBeUndefined();
    expect(render(template, meta, doc)).toBe(expected);
  });

  test('tojson of what is not there raises', () => {
    expect(() => render('{{ doc.nope | tojson }}', meta, doc)).toThrow(TypeError);
  });

  test.each(['{{ doc.name | upper }}', '{{ frappe.session.user }}', '{% for x in doc.rows %}'])(
    '%s is told to be beyond us',
    (template) => {
      expect(problemIn(template)).toBe(template);
    },
  );
});
