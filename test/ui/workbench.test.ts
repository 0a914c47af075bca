import assert from 'node:assert/strict';
import { openWorkbench, type Theme, type Workbench } from './harness';

for (const theme of ['dark', 'light'] satisfies Theme[]) {
  describe(`the workbench with the installed extension, ${theme}`, () => {
    let workbench: Workbench;

    before(async () => {
      workbench = await openWorkbench({ theme });
    });
    after(() => workbench.close());

    it('has a view container of its own in the activity bar', async () => {
      await workbench.openActivity('Flow Keystore');
      await workbench.page.locator('.sidebar .composite.title', { hasText: /flow keystore/i }).waitFor();
      await workbench.screenshot('view-container');
      assert.deepEqual(workbench.errors, []);
    });
  });
}
