// SPDX-License-Identifier: Apache-2.0
package pagerace.stress;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Result;

/**
 * What one execution came to, as the word of its outcome. JCStress reuses, counts and copies instances, hence the public
 * fields and the serialization.
 */
@Result
@SuppressWarnings("serial") // JCStress resets every field between executions, a static one too
public class OutcomeWord implements Serializable {
    /** The name of the outcome. */
    public @Nullable String word;

    /** JCStress tells from it whether an instance is in use. */
    public int jcstress_trap;

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OutcomeWord that && (word == null ? that.word == null : word.equals(that.word));
    }

    @Override
    public int hashCode() {
        return word == null ? 0 : word.hashCode();
    }

    @Override
    public String toString() {
        return String.valueOf(word);
    }
}
