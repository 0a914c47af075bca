import type { ProtocolName, Protection } from '../../core/connectivity/protocols/protocols';
import type { ServiceAsk } from '../../core/connectivity/protocols/ask';
import type { CertificateForm, ChainMember, ExportedPart, KeyPairForm } from '../../core/keystore/export';
import type { StoreType } from '../../core/keystore/model';
import type { Relation } from '../../core/keystore/whereElse';
import type { ValueId } from '../../core/keystore/entryValues';
import type { Grouping, SortOrder } from '../../core/keystore/group';
import type { TenantParameter } from '../../core/tenant/content/configuration';
import type { FileDifference } from '../../core/tenant/content/origin';
import type { ReportForm } from '../../core/report/keystoreReport';
import type { TenantColour } from '../tenants/profile';
import type { Remember } from '../storage/passwords';

/** For calls from code: an error is thrown to the caller instead of being shown, and nobody is asked to confirm. */
export interface FromCode {
  readonly silent?: true;
}

export interface KeystoreArgument extends FromCode {
  /** URI as a string, or path, of a keystore that is on the list. */
  readonly keystore?: string;
}

export interface EntryArgument extends KeystoreArgument {
  readonly alias?: string;
}

export interface CreateKeystoreArgument extends FromCode {
  /** Path of the new file. */
  readonly file?: string;
  /** What the extension of the file says when absent, else PKCS#12. */
  readonly type?: StoreType;
  /** Of the file; in a PEM bundle of its private keys alone. */
  readonly password?: string;
  readonly remember?: Remember;
}

export interface ConvertKeystoreArgument extends KeystoreArgument {
  readonly type?: StoreType;
  /** Path of the new file. */
  readonly file?: string;
  /** Of the new file; that of the keystore when code leaves it out. */
  readonly password?: string;
}

export interface ChangePasswordArgument extends KeystoreArgument {
  readonly newPassword?: string;
}

export interface RestoreBackupArgument extends KeystoreArgument {
  /** Path of the backup. */
  readonly backup?: string;
  /** Of the backup, where it is another one than that of the keystore. */
  readonly password?: string;
}

export interface AddKeystoreArgument extends FromCode {
  /** Paths. */
  readonly files?: readonly string[];
}

export interface UnlockArgument extends KeystoreArgument {
  readonly password?: string;
  readonly remember?: Remember;
}

/** For what puts a private key into a keystore. */
export interface NewKeyArgument extends FromCode {
  /** For a PEM file without a password: that of the private key alone. */
  readonly keyPassword?: string;
}

export interface ConnectTenantArgument extends FromCode {
  /** A service key, as SAP issues it. */
  readonly key?: string;
  readonly name?: string;
  readonly colour?: TenantColour;
  readonly protected?: boolean;
}

export interface EditTenantArgument extends KeystoreArgument, Omit<ConnectTenantArgument, 'silent'> {}

export interface RestoreTenantBackupArgument extends KeystoreArgument {
  /** Whether what is not in the backup stays, or goes. */
  readonly option?: 'overwrite' | 'replace';
}

export interface AddToNewSapKeysArgument extends EntryArgument {
  /** Its original alias when absent. */
  readonly destination?: string;
}

/** A project that was pulled from a tenant: its folder, or a file in it. */
export interface PulledFlowArgument extends FromCode {
  /** Path. */
  readonly folder?: string;
  /** URI of the flow, as a string. */
  readonly flow?: string;
}

/** A flow on a tenant. */
export interface TenantFlowArgument extends PulledFlowArgument {
  /** URI of the tenant's keystore. */
  readonly keystore?: string;
  readonly id?: string;
  readonly name?: string;
}

export interface PullFlowArgument extends TenantFlowArgument {
  /** Path of the folder for the project. */
  readonly into?: string;
}

export interface TenantParametersArgument extends TenantFlowArgument {
  readonly key?: string;
  readonly value?: string;
}

export interface GenerateKeyPairArgument extends EntryArgument, NewKeyArgument {
  /** `RSA 3072`, `EC P-256` ... */
  readonly key?: string;
  /** `CN=Partner A, O=Example, C=DE`. */
  readonly subject?: string;
  /** `2 years`, `90 days`, `2028-12-31`. */
  readonly validity?: string;
  readonly usage?: readonly ('clientAuth' | 'serverAuth')[];
  /** `a.example, 10.0.0.1`. */
  readonly alternativeNames?: string;
  /** Alias of the entry that signs, a certification authority; self-signed when absent. */
  readonly issuer?: string;
  /** `2027-01-31`, `2027-01-31 14:30` (UTC); from now on when absent. */
  readonly validFrom?: string;
  /** Hex; a random one when absent. */
  readonly serialNumber?: string;
  /** `SHA512withRSA`; what fits the key that signs when absent. */
  readonly signature?: string;
}

/** One source: `files` and `contents`, `text`, `server` or `from`. */
export interface ImportArgument extends KeystoreArgument, NewKeyArgument {
  /** Paths. */
  readonly files?: readonly string[];
  /** Of files that have no path on this machine. */
  readonly contents?: readonly FileContents[];
  /** PEM, as the clipboard has it. */
  readonly text?: string;
  /** `api.example`, `api.example:8443`: the certificates that it sends. */
  readonly server?: string;
  /** Entries of another keystore that is on the list. */
  readonly from?: EntriesOfKeystore;
  /** Of what is imported, where it has one. */
  readonly password?: string;
  /** For a single thing. */
  readonly alias?: string;
  /** What is proposed where an alias is taken by something else; another alias when absent. `skip` keeps what is there. */
  readonly onConflict?: 'rename' | 'overwrite' | 'skip';
}

export interface FileContents {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface EntriesOfKeystore {
  /** URI as a string, or path. */
  readonly keystore: string;
  /** All entries when absent. */
  readonly aliases?: readonly string[];
}

export interface AddServerCertificateArgument extends EntryArgument {
  /** The certificate, DER. */
  readonly der?: Uint8Array;
  /** The server that sent it, for the question. */
  readonly server?: string;
}

export interface ExportCertificatesArgument extends EntryArgument {
  /** Of a certificate in the chain of `alias`, 0 is the leaf: that one alone. */
  readonly chainIndex?: number;
  /** Instead of `alias`. */
  readonly aliases?: readonly string[];
  /** Beside `aliases`. */
  readonly certificates?: readonly ChainMember[];
  /** Of each entry. */
  readonly what?: ExportedPart;
  readonly form?: CertificateForm;
  /** Path of the file to write. */
  readonly file?: string;
}

/** A person confirms it, also where code asks for it. */
export interface ExportKeyPairArgument extends EntryArgument {
  /** Instead of `alias`. */
  readonly aliases?: readonly string[];
  /** PKCS#12, or encrypted PKCS#8 with the chain after it (PEM). */
  readonly form?: KeyPairForm;
  /** Of the new file. */
  readonly password?: string;
  /** Path of the file to write. */
  readonly file?: string;
}

export interface OpenInArchiveArgument extends FromCode {
  /** Path of the archive. */
  readonly archive?: string;
  /** Path in it. */
  readonly inner?: string;
}

/** A receiver channel of the workspace. */
export interface ReceiverPlace {
  /** URI of the flow, as a string. */
  readonly flow: string;
  readonly channel: string;
}

export interface TestReceiversArgument extends FromCode {
  /** Those that the view shows when absent. */
  readonly receivers?: readonly ReceiverPlace[];
  /** Path of a folder or a flow: those in there, whatever the view shows. */
  readonly folder?: string;
}

export interface ReceiverVerdict extends ReceiverPlace {
  readonly verdict: string;
}

export interface ExportReceiversArgument extends FromCode {
  readonly form?: ReportForm;
  /** Path of the new file. */
  readonly file?: string;
}

export interface ExportReportArgument extends KeystoreArgument {
  /** All entries when absent. */
  readonly aliases?: readonly string[];
  readonly form?: ReportForm;
  /** Path of the file to write. */
  readonly file?: string;
}

/** With an alias and no keystore: in all that have it, of which a person chooses. */
export interface RenameEntryArgument extends EntryArgument {
  readonly newAlias?: string;
  /** Whether the flows of the workspace that name the alias are changed too; asked for when absent, and not done when `silent`. */
  readonly inFlows?: boolean;
}

export interface DeleteEntryArgument extends EntryArgument {
  /** Instead of `alias`. */
  readonly aliases?: readonly string[];
}

export interface ShowDetailsArgument extends EntryArgument {
  /** Of a certificate in the chain of `alias`, 0 is the leaf: that one alone. */
  readonly chainIndex?: number;
}

export interface CompareKeystoresArgument extends KeystoreArgument {
  /** `head`: as the last commit has it; `backup`: as it was before the last save; else the path or URI of another keystore or file. */
  readonly with?: string;
  /** Of what it is compared with, where that has another one. */
  readonly password?: string;
}

export interface EntryPlace {
  readonly keystore?: string;
  readonly alias?: string;
  /** Of a certificate in the chain of `alias`, 0 is the leaf: that one alone. */
  readonly chainIndex?: number;
}

export interface CompareEntriesArgument extends FromCode, EntryPlace {
  /** The other one; in any keystore. */
  readonly with?: EntryPlace;
}

export interface ShowExpiringArgument extends FromCode {
  readonly keystore?: never;
}

export interface ExportCalendarArgument extends KeystoreArgument {
  /** Path of the file to write. */
  readonly file?: string;
}

export interface FindCertificateArgument extends EntryArgument {
  /** Of a certificate in the chain of `alias`, 0 is the leaf. */
  readonly chainIndex?: number;
  /** PEM, instead of an entry. */
  readonly text?: string;
  /** Path of a file with a certificate, instead of an entry. */
  readonly files?: readonly string[];
}

/** A place in a keystore. */
export interface FoundEntry {
  /** URI. */
  readonly keystore: string;
  readonly alias: string;
  readonly chainIndex?: number;
  readonly relation?: Relation;
}

export interface CopyAsPemArgument extends EntryArgument {
  /** Of a certificate in the chain of `alias`, 0 is the leaf: that one alone. */
  readonly chainIndex?: number;
  /** Instead of `alias`. */
  readonly aliases?: readonly string[];
  /** Beside `aliases`. */
  readonly certificates?: readonly ChainMember[];
}

export interface CopyValueArgument extends EntryArgument {
  /** Of a certificate in the chain of `alias`; the leaf where absent. */
  readonly chainIndex?: number;
  readonly value?: ValueId;
}

export interface FilterArgument extends FromCode {
  /** Words that all have to match; empty for no filter. */
  readonly text?: string;
}

export interface GroupByArgument extends FromCode {
  readonly by?: Grouping;
  readonly order?: SortOrder;
}

export interface ShowMoreArgument extends KeystoreArgument {
  /** Id of the row that has more: the keystore's or a group's. */
  readonly under?: string;
}

export interface TestConnectivityArgument extends KeystoreArgument {
  /** `api.example`, `api.example:8443`, or an address. */
  readonly host?: string;
  readonly port?: number;
  /** TLS when absent. */
  readonly protocol?: ProtocolName;
  /** The protocol's own when absent. */
  readonly protection?: Protection;
  /** Of a WebSocket. */
  readonly path?: string;
  /** `null`: without a client certificate. */
  readonly alias?: string | null;
  /** The name that is asked for and checked; the host's where absent. */
  readonly serverName?: string;
  /** A login, and what is looked for. */
  readonly ask?: ServiceAsk;
  /** Path of a known_hosts file. */
  readonly knownHosts?: string;
  readonly timeoutSeconds?: number;
}

export interface StartPracticeReceiverArgument extends FromCode {
  /** What is to be wrong with it, by the names of the core. Absent: asked for, or nothing where it is not to ask. */
  readonly faults?: readonly string[];
  /** A usual one, or a free one, where absent. */
  readonly port?: number;
}

/** Where a practice receiver is to be found. */
export interface PracticeAddress {
  readonly url: string;
  readonly port: number;
  /** URI of its keystore. */
  readonly keystore: string;
}

export interface HandOverKitArgument extends EntryArgument {
  /** Path of the folder to write, or of a file that ends in `.zip`. */
  readonly out?: string;
  /** Name for the letter. */
  readonly receiver?: string;
  /** The alias that channels name, where it is another one than that of the key pair. */
  readonly usesOf?: string;
}

export interface ImportFromReceiverArgument extends KeystoreArgument {
  /** Paths. */
  readonly files?: readonly string[];
}

export interface RenewKeyPairArgument extends EntryArgument, NewKeyArgument {
  /** That step alone; code that gives none is told where the renewal stands. */
  readonly step?: 'generate' | 'import' | 'request' | 'response' | 'kit' | 'test' | 'switch' | 'letter';
  /** Of the successor; `<alias>_<year>` when absent. */
  readonly successorAlias?: string;
  /** To import: path of the file with the successor. */
  readonly file?: string;
  /** To import: of that file, or of the private key in it. */
  readonly password?: string;
  /** `2 years`, `90 days`, `2028-12-31`; as long as the old certificate when absent. */
  readonly validity?: string;
}

/** Where a renewal stands. */
export interface RenewalResult {
  readonly stage: 'generate' | 'switch' | 'switched';
  /** Of the key pair in use. */
  readonly alias: string;
  readonly successor?: string;
  readonly predecessor?: string;
  /** Of the channels that were tested. */
  readonly verdicts?: readonly string[];
  /** Markdown. */
  readonly letter?: string;
}

/** A channel of a flow. */
export interface ChannelArgument extends FromCode {
  /** URI of the flow, as a string. */
  readonly flow?: string;
  /** Id of its messageFlow. */
  readonly channel?: string;
}

export interface TestChannelArgument extends ChannelArgument {
  /** Keystore and key pair to test with instead of those that the channel would take. */
  readonly keystore?: string;
  readonly alias?: string;
}

export interface OpenAsTextArgument extends ChannelArgument {
  /** Offset to show, in UTF-16 code units. */
  readonly offset?: number;
}

export interface CreateRequestArgument extends EntryArgument {
  /** `CN=Partner A, O=Example, C=DE`; the name of the entry's certificate when absent. */
  readonly subject?: string;
  /** `a.example, 10.0.0.1`; those of the entry's certificate when absent. */
  readonly alternativeNames?: string;
  /** Path of the file to write; the clipboard when absent. */
  readonly file?: string;
}

export interface ImportResponseArgument extends EntryArgument {
  /** Paths. */
  readonly files?: readonly string[];
  /** PEM, as the clipboard has it. */
  readonly text?: string;
  /** Paths of files with missing intermediates. */
  readonly with?: readonly string[];
  /** Missing intermediates are fetched from where the certificates say that they are. */
  readonly fetch?: boolean;
  readonly withRoot?: boolean;
}

export interface ShowRequestArgument extends FromCode {
  /** Path. */
  readonly file?: string;
  readonly text?: string;
}

export interface CreateTestCaArgument extends EntryArgument, NewKeyArgument {
  readonly subject?: string;
  /** `RSA 3072`, `EC P-256` ... */
  readonly key?: string;
  /** `1 year`, `90 days`, `2028-12-31`. */
  readonly validity?: string;
}

/** `alias`: of the authority. */
export interface SignRequestArgument extends EntryArgument {
  /** Path of the request. */
  readonly file?: string;
  readonly text?: string;
  /** What the request asks for when absent. */
  readonly usage?: readonly ('clientAuth' | 'serverAuth')[];
  readonly validity?: string;
  readonly form?: 'clipboard' | 'pem' | 'p7b';
  /** Path of the file to write. */
  readonly out?: string;
}

export interface CreateSshKeyArgument extends EntryArgument, NewKeyArgument {
  /** `RSA 3072`, `EC P-256` ... */
  readonly key?: string;
  readonly subject?: string;
}

export interface ImportSshKeyArgument extends EntryArgument, NewKeyArgument {
  /** Path. */
  readonly file?: string;
  readonly text?: string;
  readonly passphrase?: string;
  readonly subject?: string;
}

/** A value of a flow: by its place in the text, or by the channel or step and the field. Neither: where the cursor is. */
export interface ValueArgument extends FromCode {
  /** URI of the flow, as a string. */
  readonly flow?: string;
  readonly offset?: number;
  /** Of the piece that is meant; 0: all of the value. */
  readonly length?: number;
  /** Id of the channel or step. */
  readonly part?: string;
  /** Id of the field: its key, `key/row` for a cell. */
  readonly field?: string;
}

export interface ExternalizeArgument extends ValueArgument {
  /** Of the parameter. */
  readonly name?: string;
  /** Takes a parameter of that name that has another value, and so its value. */
  readonly takeValue?: boolean;
}

export interface InternalizeArgument extends ValueArgument {
  /** Of one parameter of several. */
  readonly name?: string;
}

/**
 * Every command with its argument and what it gives back to a caller in code. All of them can be started without an argument: they ask
 * then. Undefined is given back when the person gave up.
 */
export interface Commands {
  /** @returns URI of the keystore */
  'flowKeystore.createKeystore'(argument?: CreateKeystoreArgument): Promise<string | undefined>;
  /** @returns URIs of the keystores */
  'flowKeystore.addKeystore'(argument?: AddKeystoreArgument): Promise<readonly string[] | undefined>;
  /** The same for files of the explorer. @returns URIs of the keystores */
  'flowKeystore.openAsKeystore'(argument?: AddKeystoreArgument): Promise<readonly string[] | undefined>;
  'flowKeystore.removeKeystore'(argument?: KeystoreArgument): Promise<void>;
  /** @returns whether it is open */
  'flowKeystore.unlockKeystore'(argument?: UnlockArgument): Promise<boolean>;
  'flowKeystore.lockKeystore'(argument?: KeystoreArgument): Promise<void>;
  'flowKeystore.forgetPassword'(argument?: KeystoreArgument): Promise<void>;
  /** @returns URI of the new keystore */
  'flowKeystore.convertKeystore'(argument?: ConvertKeystoreArgument): Promise<string | undefined>;
  /** @returns whether it was changed */
  'flowKeystore.changePassword'(argument?: ChangePasswordArgument): Promise<boolean>;
  /** @returns whether anything was changed */
  'flowKeystore.modernise'(argument?: KeystoreArgument): Promise<boolean>;
  /** @returns what was taken back, in a few words; undefined where there is nothing */
  'flowKeystore.undo'(argument?: KeystoreArgument): Promise<string | undefined>;
  /** @returns what was made again */
  'flowKeystore.redo'(argument?: KeystoreArgument): Promise<string | undefined>;
  /** @returns path of the backup that was restored */
  'flowKeystore.restoreBackup'(argument?: RestoreBackupArgument): Promise<string | undefined>;
  /** @returns URI of the tenant's keystore */
  'flowKeystore.connectTenant'(argument?: ConnectTenantArgument): Promise<string | undefined>;
  'flowKeystore.editTenant'(argument?: EditTenantArgument): Promise<void>;
  'flowKeystore.removeTenant'(argument?: KeystoreArgument): Promise<void>;
  'flowKeystore.readTenant'(argument?: KeystoreArgument): Promise<void>;
  'flowKeystore.backUpTenant'(argument?: KeystoreArgument): Promise<void>;
  'flowKeystore.restoreTenantBackup'(argument?: RestoreTenantBackupArgument): Promise<void>;
  'flowKeystore.activateSapKey'(argument?: EntryArgument): Promise<void>;
  'flowKeystore.addToNewSapKeys'(argument?: AddToNewSapKeysArgument): Promise<void>;
  'flowKeystore.openInSap'(argument?: EntryArgument): Promise<void>;
  'flowKeystore.showAudit'(argument?: KeystoreArgument): Promise<void>;
  'flowKeystore.judgeFlowsBy'(argument?: KeystoreArgument): Promise<void>;
  /** @returns path of the project's folder */
  'flowKeystore.pullFlow'(argument?: PullFlowArgument): Promise<string | undefined>;
  /** @returns whether there was anything to upload */
  'flowKeystore.pushFlow'(argument?: PulledFlowArgument & { readonly deploy?: boolean }): Promise<boolean>;
  /** @returns what is not the same */
  'flowKeystore.compareFlow'(argument?: PulledFlowArgument): Promise<readonly FileDifference[]>;
  /** @returns its status */
  'flowKeystore.deployFlow'(argument?: TenantFlowArgument): Promise<string | undefined>;
  /** @returns all, as they are then */
  'flowKeystore.tenantParameters'(argument?: TenantParametersArgument): Promise<readonly TenantParameter[]>;
  'flowKeystore.refresh'(): Promise<void>;
  'flowKeystore.showMore'(argument?: ShowMoreArgument): Promise<void>;
  'flowKeystore.filter'(argument?: FilterArgument): Promise<void>;
  'flowKeystore.clearFilter'(): Promise<void>;
  'flowKeystore.groupBy'(argument?: GroupByArgument): Promise<void>;
  'flowKeystore.filterReceivers'(argument?: FilterArgument): Promise<void>;
  'flowKeystore.clearReceiverFilter'(): Promise<void>;
  'flowKeystore.receiversByFlow'(): Promise<void>;
  'flowKeystore.receiversByHost'(): Promise<void>;
  'flowKeystore.openInArchive'(argument?: OpenInArchiveArgument): Promise<void>;
  'flowKeystore.copyAddress'(argument?: { readonly silent?: true; readonly address?: string }): Promise<void>;
  /** @returns what came of each test, in their order */
  'flowKeystore.testReceivers'(argument?: TestReceiversArgument): Promise<readonly ReceiverVerdict[] | undefined>;
  'flowKeystore.showLastTest'(argument?: ChannelArgument): Promise<void>;
  'flowKeystore.startPracticeReceiver'(argument?: StartPracticeReceiverArgument): Promise<PracticeAddress | undefined>;
  'flowKeystore.stopPracticeReceiver'(): Promise<void>;
  'flowKeystore.practiceReceiver'(): Promise<void>;
  /** @returns path of the file */
  'flowKeystore.exportReceivers'(argument?: ExportReceiversArgument): Promise<string | undefined>;
  /** @returns the alias */
  'flowKeystore.generateKeyPair'(argument?: GenerateKeyPairArgument): Promise<string | undefined>;
  /** @returns the aliases of what was added or overwritten */
  'flowKeystore.import'(argument?: ImportArgument): Promise<readonly string[] | undefined>;
  'flowKeystore.importFromClipboard'(argument?: KeystoreArgument): Promise<readonly string[] | undefined>;
  /** @returns the alias, also where the certificate was there already */
  'flowKeystore.addServerCertificate'(argument?: AddServerCertificateArgument): Promise<string | undefined>;
  /** @returns path of the file */
  'flowKeystore.exportCertificates'(argument?: ExportCertificatesArgument): Promise<string | undefined>;
  /** @returns path of the file */
  'flowKeystore.exportKeyPair'(argument?: ExportKeyPairArgument): Promise<string | undefined>;
  /** @returns path of the file */
  'flowKeystore.exportReport'(argument?: ExportReportArgument): Promise<string | undefined>;
  /** @returns the new alias */
  'flowKeystore.renameEntry'(argument?: RenameEntryArgument): Promise<string | undefined>;
  /** @returns whether it was deleted */
  'flowKeystore.deleteEntry'(argument?: DeleteEntryArgument): Promise<boolean>;
  /** @returns path of the folder or file */
  'flowKeystore.handOverKit'(argument?: HandOverKitArgument): Promise<string | undefined>;
  /** @returns the aliases of what was added */
  'flowKeystore.importFromReceiver'(argument?: ImportFromReceiverArgument): Promise<readonly string[] | undefined>;
  /** @returns where the renewal stands after it */
  'flowKeystore.renewKeyPair'(argument?: RenewKeyPairArgument): Promise<RenewalResult | undefined>;
  'flowKeystore.showDetails'(argument?: ShowDetailsArgument): Promise<void>;
  'flowKeystore.compareKeystores'(argument?: CompareKeystoresArgument): Promise<void>;
  'flowKeystore.compareEntries'(argument?: CompareEntriesArgument): Promise<void>;
  /** @returns what has expired or is about to, the first to end first */
  'flowKeystore.showExpiring'(argument?: ShowExpiringArgument): Promise<readonly FoundEntry[]>;
  /** @returns path of the file */
  'flowKeystore.exportCalendar'(argument?: ExportCalendarArgument): Promise<string | undefined>;
  /** @returns where the certificate is, and what belongs to it */
  'flowKeystore.findCertificate'(argument?: FindCertificateArgument): Promise<readonly FoundEntry[]>;
  /** @returns the request, PEM */
  'flowKeystore.createRequest'(argument?: CreateRequestArgument): Promise<string | undefined>;
  /** @returns the alias of the entry that has the certificate now */
  'flowKeystore.importResponse'(argument?: ImportResponseArgument): Promise<string | undefined>;
  'flowKeystore.showRequest'(argument?: ShowRequestArgument): Promise<void>;
  /** @returns the alias */
  'flowKeystore.createTestCa'(argument?: CreateTestCaArgument): Promise<string | undefined>;
  /** @returns path of the file, else the chain as PEM */
  'flowKeystore.signRequest'(argument?: SignRequestArgument): Promise<string | undefined>;
  /** @returns the alias */
  'flowKeystore.createSshKey'(argument?: CreateSshKeyArgument): Promise<string | undefined>;
  /** @returns the alias */
  'flowKeystore.importSshKey'(argument?: ImportSshKeyArgument): Promise<string | undefined>;
  /** @returns the line, as `authorized_keys` has it */
  'flowKeystore.copySshPublicKey'(argument?: EntryArgument): Promise<string | undefined>;
  'flowKeystore.copyAsPem'(argument?: CopyAsPemArgument): Promise<void>;
  /** @returns what was copied */
  'flowKeystore.copyValue'(argument?: CopyValueArgument): Promise<string | undefined>;
  /** @returns the verdict code */
  'flowKeystore.testConnectivity'(argument?: TestConnectivityArgument): Promise<string | undefined>;
  /** @returns the verdict code */
  'flowKeystore.testChannel'(argument?: TestChannelArgument): Promise<string | undefined>;
  'flowKeystore.editChannel'(argument?: ChannelArgument): Promise<void>;
  'flowKeystore.openAsText'(argument?: OpenAsTextArgument): Promise<void>;
  /** @returns the name of the parameter */
  'flowKeystore.externalize'(argument?: ExternalizeArgument): Promise<string | undefined>;
  'flowKeystore.internalize'(argument?: InternalizeArgument): Promise<void>;
  'flowKeystore.showLog'(): Promise<void>;
}

export type CommandId = keyof Commands;

/** Commands that only rows of the tree start: they are declared nowhere. */
export const internalCommands: readonly CommandId[] = ['flowKeystore.showMore'];
