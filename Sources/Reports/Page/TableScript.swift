/// Sorting and filtering of the table of all examples; the table is whole where scripts do not run.
let tableScript = """
  'use strict';
  for (const all of document.querySelectorAll('.all')) {
    const table = all.querySelector('table'), body = table.tBodies[0], rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const text = (row, column) => row.cells[column].textContent.trim();
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      const isNumber = head.classList.contains('n');
      button.addEventListener('click', () => {
        const up = head.getAttribute('aria-sort') !== 'ascending';
        heads.forEach(other => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        const keyed = rows.map((row, place) => {
          const cell = text(row, column);
          return { row, place, empty: cell === '', key: isNumber ? parseFloat(cell) : cell };
        });
        keyed.sort((a, b) => {
          if (a.empty || b.empty) return a.empty - b.empty || a.place - b.place;
          const order = isNumber ? a.key - b.key : a.key.localeCompare(b.key, undefined, { numeric: true });
          return (up ? order : -order) || a.place - b.place;
        });
        body.append(...keyed.map(entry => entry.row));
      });
    });
    const outcome = heads.findIndex(head => head.textContent === 'outcome');
    const filter = document.createElement('div');
    filter.className = 'filter';
    filter.setAttribute('role', 'group');
    filter.setAttribute('aria-label', 'Which results are shown');
    const search = document.createElement('input');
    search.type = 'search';
    search.placeholder = 'Filter by words';
    search.setAttribute('aria-label', 'Show rows with these words');
    const found = document.createElement('output');
    const chosen = new Set(), searched = rows.map(row => row.textContent.toLowerCase());
    const show = () => {
      const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let count = 0;
      rows.forEach((row, index) => {
        const fits = (chosen.size === 0 || chosen.has(text(row, outcome)))
          && words.every(word => searched[index].includes(word));
        row.hidden = !fits;
        count += fits;
      });
      found.value = `${count} of ${rows.length}`;
    };
    const kinds = [...new Set(rows.map(row => text(row, outcome)))];
    filter.append(search);
    for (const kind of kinds.length > 1 ? kinds : []) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = kind;
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        chosen.has(kind) ? chosen.delete(kind) : chosen.add(kind);
        button.setAttribute('aria-pressed', String(chosen.has(kind)));
        show();
      });
      filter.append(button);
    }
    filter.append(found);
    search.addEventListener('input', show);
    show();
    all.prepend(filter);
  }
  """
