/** Where the files of a run go unless told, from the root of the project. */
export const OUTPUT_DIR = 'bench-results'
