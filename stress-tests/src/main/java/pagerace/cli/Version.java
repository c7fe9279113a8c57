// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import picocli.CommandLine.IVersionProvider;

/** Which PageRace this is. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"PageRace " + number()};
    }

    /** The version that the jar's manifest names. */
    static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not from a jar)" : version;
    }
}
