// SPDX-License-Identifier: Apache-2.0
package example;

import pagerace.machine.Machine;
import pagerace.mm.Entry;
import pagerace.mm.Folio;
import pagerace.mm.Pte;
import pagerace.mm.op.Fork;
import pagerace.mm.Steps;
import pagerace.own.OwnFix;

/** Fork looks for pins before it write-protects, as 5.9 did, and once more after. */
public final class LookAgain extends OwnFix<Fork, LookAgain.Added> {
    public enum Added { FENCE_BEFORE_LOOK, LOOK_AGAIN }

    public LookAgain() {
        super("GupFastVsFork", "CHECK_ONLY", Fork.class, Steps.of(Added.values()),
                "fork looks for pins once more after it has write-protected, and then copies after all");
    }

    @Override
    public Fork operation(Machine machine, Fork builtIn, Steps<Added> added) {
        return new Fork(builtIn.kernel, builtIn.parent, builtIn.child, builtIn.spares) {
            @Override
            protected End share(Entry from, Entry to, long pte, Folio folio, boolean havePage) {
                End end = super.share(from, to, pte, folio, havePage);
                if (added.has(Added.FENCE_BEFORE_LOOK)) {
                    machine.smpMb(); // pairs with the fully ordered addition of GUP-fast's pin
                }
                if (!added.has(Added.LOOK_AGAIN) || !needsCopy(folio)) {
                    return end;
                }
                to.word.writeOnce(Pte.NONE);
                from.word.writeOnce(pte);
                folio.mapcount.add(-1);
                folio.put();
                return copyPresentPage(from, to, pte, folio, havePage);
            }
        };
    }
}
