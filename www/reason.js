/** What an error says, whatever was thrown. @param {unknown} error */
export const reason = (error) => (error instanceof Error ? error.message : String(error));
