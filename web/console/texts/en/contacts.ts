/** English texts of the support contacts of an account. */
export const contactsTexts = {
  contacts: {
    title: 'Support contacts',
    note: 'Every problem that is reported in this account is mailed to them, and so are its alerts.',
    label: 'Names or e-mail addresses',
    hint: 'Type to find people of the partner, or type an address. Press Enter after each.',
    invalid: 'Contains an invalid email',
    saved: 'The support contacts were saved.',
  },
};
