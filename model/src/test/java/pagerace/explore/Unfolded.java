// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

import java.util.ArrayList;
import java.util.List;

/** What the actors of a program do, as far as explorations have unfolded it, in a form that can be compared. */
public final class Unfolded {
    private Unfolded() {}

    /** Each actor's steps, results and ends. Equal programs, explored alike, have equal lists. */
    public static List<String> of(Explorer<?> explorer) {
        List<String> steps = new ArrayList<>();
        for (int actor = 0; actor < explorer.actors(); actor++) {
            ActorTree tree = explorer.tree(actor);
            // Nodes are numbered as they are unfolded, and each costs at least two runs.
            for (int id = 0; id < tree.runs() / 2; id++) {
                ActorTree.Node node;
                try {
                    node = tree.node(id);
                } catch (IndexOutOfBoundsException e) {
                    break;
                }
                steps.add(actor + " " + node.depth + " " + (node.access == null ? node.end : node.access));
            }
        }
        return steps;
    }
}
