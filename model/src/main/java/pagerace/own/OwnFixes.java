// SPDX-License-Identifier: Apache-2.0
package pagerace.own;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The own fixes that were found.
 *
 * @param fixes those that could be made, in the order of the class path
 * @param complaints why others could not, one sentence each
 */
public record OwnFixes(List<OwnFix<?, ?>> fixes, List<String> complaints) {
    private static final String SERVICE = OwnFix.class.getName();

    /** Copies both. */
    public OwnFixes {
        fixes = List.copyOf(fixes);
        complaints = List.copyOf(complaints);
    }

    /** Those on the class path of PageRace. */
    public static OwnFixes onClassPath() {
        return of(OwnFix.class.getClassLoader());
    }

    /** Those that {@code loader} sees. */
    static OwnFixes of(ClassLoader loader) {
        List<OwnFix<?, ?>> fixes = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        @SuppressWarnings("rawtypes") // a service is a class, which has no parameters
        Iterator<OwnFix> found = ServiceLoader.load(OwnFix.class, loader).iterator();
        while (true) {
            try {
                if (!found.hasNext()) {
                    return new OwnFixes(fixes, complaints);
                }
                fixes.add(found.next());
            } catch (ServiceConfigurationError e) { // the iterator goes on behind it
                complaints.add(sentence(e));
            }
        }
    }

    /** The JDK's message begins with the service: {@code pagerace.own.OwnFix: Provider LookAgain not found}. */
    private static String sentence(ServiceConfigurationError error) {
        String what = String.valueOf(error.getMessage());
        String bare = what.startsWith(SERVICE + ": ") ? what.substring(SERVICE.length() + 2) : what;
        String why = error.getCause() == null ? "" : ": " + error.getCause();
        return "An own fix cannot be loaded: " + bare + why + "; what META-INF/services/" + SERVICE
                + " names must be a public subclass of OwnFix with a public constructor that has no parameters.";
    }
}
