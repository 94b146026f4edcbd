/// A script that looks at a page as a reader does and posts what is wrong with it to the frame around it.
let probe = """
  <script>
  addEventListener('load', () => {
    const problems = [], count = {};
    const say = text => { if (problems.length < 12) problems.push(text); };
    const light = c => { const v = c.map(x => { x /= 255; return x <= 0.03928 ? x / 12.92 :
      Math.pow((x + 0.055) / 1.055, 2.4); }); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
    const rgb = s => (s.match(/[\\d.]+/g) ?? []).map(Number);
    const contrast = (a, b) => { const [x, y] = [light(rgb(a).slice(0, 3)), light(rgb(b).slice(0, 3))];
      return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
    const ground = element => {
      for (let e = element; e; e = e.parentElement) {
        const colour = getComputedStyle(e).backgroundColor, parts = rgb(colour);
        if (parts.length === 3 || parts[3] > 0) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const name = element => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    // Texts: within the window unless their own table scrolls, large enough, told from what is behind them.
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, element = node.parentElement;
      if (!node.textContent.trim() || element.closest('script, style, title, .unseen')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter(box => box.width > 0);
      if (boxes.length === 0) continue;
      count.texts = (count.texts ?? 0) + 1;
      const style = getComputedStyle(element), scroll = element.closest('.scroll');
      if (!scroll && boxes.some(box => box.left < -1 || box.right > innerWidth + 1)) say(`${name(element)} leaves the window`);
      if (parseFloat(style.fontSize) < 11.5) say(`${name(element)} has letters of ${style.fontSize}`);
      const value = contrast(style.color, ground(element));
      if (value < 4.5) say(`${name(element)} has a contrast of ${value.toFixed(2)}`);
      for (let e = element; e && e !== scroll; e = e.parentElement) {
        const clip = getComputedStyle(e).overflowX;
        if (clip === 'visible' || e === document.body) continue;
        const edge = e.getBoundingClientRect();
        if (boxes.some(box => box.right > edge.right + 1 || box.left < edge.left - 1)) say(`${name(element)} is cut off`);
      }
    }
    // Labels of a chart do not cover each other.
    document.querySelectorAll('.plot, .numbers').forEach(chart => {
      const labels = [...chart.querySelectorAll('span')].filter(l => l.getClientRects().length);
      count.labels = (count.labels ?? 0) + labels.length;
      labels.forEach((a, i) => labels.slice(i + 1).forEach(b => {
        const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
        const w = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (w > 1 && h > 3) say(`"${a.textContent}" covers "${b.textContent}"`);
      }));
    });
    // Lines are there, within their charts.
    document.querySelectorAll('svg.lines').forEach(svg => {
      const edge = svg.getBoundingClientRect();
      if (edge.width < 120 || edge.height < 60) say(`a chart of ${edge.width} x ${edge.height}`);
      svg.querySelectorAll('polyline').forEach(line => {
        const box = line.getBBox();
        if (line.points.length > 1 && box.width < 1) say('a line without width');
        if (box.x < -1 || box.y < -1 || box.x + box.width > 1001 || box.y + box.height > 1001) say('a line leaves its chart');
      });
    });
    // Marks differ from the page.
    document.querySelectorAll('.bar i, .columns i, .swatch').forEach(mark => {
      count.marks = (count.marks ?? 0) + 1;
      const value = contrast(getComputedStyle(mark).backgroundColor, ground(mark.parentElement));
      if (value < 3 && mark.getBoundingClientRect().width > 0 && !mark.classList.contains('inactive'))
        say(`a mark of ${mark.className} has a contrast of ${value.toFixed(2)}`);
    });
    // Pictures are there, in words too.
    document.querySelectorAll('img').forEach(image => {
      count.pictures = (count.pictures ?? 0) + 1;
      if (!image.complete || image.naturalWidth === 0) say('a picture that cannot be read');
      if (image.getBoundingClientRect().width < 64) say('a picture that is too small to see');
      if (image.alt.length < 10) say('a picture without words');
    });
    // Headings make an outline.
    let level = 0;
    document.querySelectorAll('h1, h2, h3, h4').forEach(heading => {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) say(`${name(heading)} skips a level`);
      level = next;
    });
    if (document.querySelectorAll('h1').length !== 1) say('not one headline');
    document.querySelectorAll('nav a, td a').forEach(link => {
      if (!document.querySelector(link.getAttribute('href'))) say(`${link.getAttribute('href')} leads nowhere`);
    });
    if (document.documentElement.scrollWidth > innerWidth) say(`the page is ${document.documentElement.scrollWidth} wide`);
    parent.postMessage(JSON.stringify({ width: innerWidth, count, problems }), '*');
  });
  </script>
  """
