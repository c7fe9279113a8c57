// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import pagerace.machine.Machine;
import pagerace.mm.Folio;
import pagerace.mm.Steps;
import pagerace.mm.op.MarkDirty;

/** A right fix of {@code UnpinDirtyVsClean}: its step is all that is needed. */
public final class FenceFirst extends OwnFix<MarkDirty, FenceFirst.Step> {
    /** What it adds. */
    public enum Step {
        FENCE,
        /** Does nothing. */
        NOTHING
    }

    /** From the variant that is broken on x86. */
    public FenceFirst() {
        super("UnpinDirtyVsClean", "PRECHECK", MarkDirty.class, Steps.of(Step.values()), "a full fence comes first");
    }

    @Override
    public MarkDirty operation(Machine machine, MarkDirty builtIn, Steps<Step> steps) {
        return new Operation(builtIn, steps);
    }

    private static final class Operation extends MarkDirty {
        private final Steps<FenceFirst.Step> own;

        Operation(MarkDirty builtIn, Steps<FenceFirst.Step> own) {
            super(builtIn.kernel, builtIn.file, builtIn.steps);
            this.own = own;
        }

        @Override
        public End mark(Folio folio) {
            if (own.has(FenceFirst.Step.FENCE)) {
                file.machine.smpMb();
            }
            return super.mark(folio);
        }
    }
}
