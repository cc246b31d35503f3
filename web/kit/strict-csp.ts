import { z } from 'zod';

// The content security policy forbids code from text; zod would try it and leave an error in the browser's log. This
// stands in a module of its own because it has to run before the contract's schemas are made.
z.config({ jitless: true });
