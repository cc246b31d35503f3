/** Errors of imports of users from spreadsheets (IMP). */
export const importErrors = {
  'import.not-a-spreadsheet': {
    status: 422,
    cause: 'The file is neither an Excel workbook (.xlsx) nor a CSV file',
    nextStep: 'Save the sheet as .xlsx or as CSV UTF-8, without a password, and upload that file.',
  },
  'import.macros': {
    status: 422,
    cause: 'The workbook holds macros, which are not taken',
    nextStep: 'Save it as a workbook without macros (.xlsx) and upload that file.',
  },
  'import.damaged': {
    status: 422,
    cause: 'The file is damaged or not complete',
    nextStep: 'Open it in a spreadsheet program, save it again and upload the new file.',
  },
  'import.encoding': {
    status: 422,
    cause: 'The CSV file is not in UTF-8, so that letters with accents would be lost',
    nextStep: 'Save it as "CSV UTF-8", or as .xlsx, and upload that file.',
  },
  'import.too-large': {
    status: 413,
    cause: 'The workbook unpacks to more than is taken',
    nextStep: 'Copy only the rows of users into the template and upload that file.',
  },
  'import.too-many-rows': {
    status: 422,
    cause: 'The sheet has more rows than are taken at a time',
    nextStep: 'Split the sheet into files of at most 10,000 rows each.',
  },
  'import.wrong-sheet': {
    status: 422,
    cause: 'No sheet has the headings EMAIL and FIRST NAME, LAST NAME or NAME',
    nextStep: 'Use the template, or write its headings over the columns.',
  },
  'import.empty': {
    status: 422,
    cause: 'There are headings but no rows below them',
    nextStep: 'Fill in at least one row and upload the file again.',
  },
  'import.busy': {
    status: 409,
    cause: 'The import is being applied at the moment',
    nextStep: 'Wait until it has ended; the rows that remain can be corrected then.',
  },
} as const;
