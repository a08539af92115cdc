// What scripting adds to the page of a report beside its plots: sortable tables, and a button that saves the report. Without it
// every number is there, too. Inline and as it is: no import, no build.

for (const table of document.querySelectorAll('table.sortable')) makeSortable(/** @type {HTMLTableElement} */ (table))
offerReport()

/** Puts a button into each column's heading. @param {HTMLTableElement} table */
function makeSortable(table) {
  const body = table.tBodies[0]
  for (const heading of table.querySelectorAll('thead th[data-column]')) {
    const column = Number(heading.getAttribute('data-column'))
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...heading.childNodes)
    heading.append(button)
    button.addEventListener('click', () => {
      const isAscending = heading.getAttribute('aria-sort') !== 'ascending'
      for (const other of table.querySelectorAll('[aria-sort]')) other.removeAttribute('aria-sort')
      heading.setAttribute('aria-sort', isAscending ? 'ascending' : 'descending')
      table.classList.add('sorted')
      body?.append(...[...body.rows].sort((a, b) => compareCells(a.cells[column], b.cells[column], isAscending)))
    })
  }
}

/**
 * Cells without a value stand last in either direction.
 * @param {HTMLTableCellElement | undefined} a
 * @param {HTMLTableCellElement | undefined} b
 * @param {boolean} isAscending
 */
function compareCells(a, b, isAscending) {
  const left = a?.dataset['value'] ?? ''
  const right = b?.dataset['value'] ?? ''
  if (left === '' || right === '') return Number(left === '') - Number(right === '')
  const difference = Number(left) - Number(right)
  const order = Number.isNaN(difference) ? (left < right ? -1 : Number(left > right)) : difference
  return isAscending ? order : -order
}

/** A button that saves the report the page was made of. */
function offerReport() {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Save report.json'
  button.addEventListener('click', () => {
    const text = document.querySelector('script#report')?.textContent ?? ''
    const url = URL.createObjectURL(new Blob([text.trimStart()], { type: 'application/json' }))
    Object.assign(document.createElement('a'), { href: url, download: 'report.json' }).click()
    URL.revokeObjectURL(url)
  })
  document.querySelector('#save')?.append(button)
}
