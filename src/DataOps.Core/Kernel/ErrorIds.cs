namespace DataOps.Core.Kernel;

/// <summary>The ids of all errors: the beginning of <c>FullyQualifiedErrorId</c>, and the end of a message of the
/// command line.</summary>
/// <remarks>
/// The ids are a contract, as scripts compare them. Errors of the server have the id <c>Postgres.</c> and the SQLSTATE.
/// The page about_DataOps_Errors lists them with
/// these summaries.
/// </remarks>
public static class ErrorIds
{
    /// <summary>A page to convert is an alias of a page that is not converted.</summary>
    public const string AliasOfOther = "AliasOfOther";

    /// <summary>Rows of the file exist in the database, and neither an update nor a skip was asked for.</summary>
    public const string AlreadyThere = "AlreadyThere";

    /// <summary>A natural key matches more than one row.</summary>
    public const string AmbiguousKey = "AmbiguousKey";

    /// <summary>Several pages have the URL path.</summary>
    public const string AmbiguousPage = "AmbiguousPage";

    /// <summary>Several sites match.</summary>
    public const string AmbiguousSite = "AmbiguousSite";

    /// <summary>Pages hold values or rows that the target type has no field for; all of them are listed.</summary>
    public const string CannotConvert = "CannotConvert";

    /// <summary>Another session changed rows between the plan and the lock; run the operation again.</summary>
    public const string ChangedMeanwhile = "ChangedMeanwhile";

    /// <summary>Rows have changed since the operation to undo.</summary>
    public const string ChangedSince = "ChangedSince";

    /// <summary>Rows of a file violate a check constraint.</summary>
    public const string CheckFailed = "CheckFailed";

    /// <summary>The connection broke during the commit, and the outcome is unknown.</summary>
    public const string CommitUnknown = "CommitUnknown";

    /// <summary>The connection object was closed by Disconnect-Database.</summary>
    public const string ConnectionClosed = "ConnectionClosed";

    /// <summary>The server cannot be reached, or the connection was lost.</summary>
    public const string ConnectionFailed = "ConnectionFailed";

    /// <summary>Two options contradict each other, or an option lacks another one that it needs.</summary>
    public const string ContradictingOptions = "ContradictingOptions";

    /// <summary>A file's compressed data are damaged or incomplete.</summary>
    public const string DamagedFile = "DamagedFile";

    /// <summary>Ancestors of a page are missing, so it cannot be moved or moved to.</summary>
    public const string DamagedTree = "DamagedTree";

    /// <summary>An undo file is damaged or incomplete.</summary>
    public const string DamagedUndoFile = "DamagedUndoFile";

    /// <summary>A database of the name that a restore is to make exists already.</summary>
    public const string DatabaseExists = "DatabaseExists";

    /// <summary>The database that a restore is to fill is not empty.</summary>
    public const string DatabaseNotEmpty = "DatabaseNotEmpty";

    /// <summary>The confirmation was declined.</summary>
    public const string Declined = "Declined";

    /// <summary>A key occurs more than once in a file.</summary>
    public const string DuplicateKey = "DuplicateKey";

    /// <summary>A file without objects would delete all rows in the scope of its specs.</summary>
    public const string EmptyFile = "EmptyFile";

    /// <summary>A backup is encrypted, and its key is not given, is another one, or has another passphrase.</summary>
    public const string EncryptedBackup = "EncryptedBackup";

    /// <summary>-StreamField and -JsonField name the same field.</summary>
    public const string FieldInBoth = "FieldInBoth";

    /// <summary>The user lacks permission to read or write a file.</summary>
    public const string FileAccessDenied = "FileAccessDenied";

    /// <summary>A file would be overwritten, and -Force is missing.</summary>
    public const string FileExists = "FileExists";

    /// <summary>A file could not be read or written.</summary>
    public const string FileFailed = "FileFailed";

    /// <summary>The file does not exist.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary>The folder does not exist.</summary>
    public const string FolderNotFound = "FolderNotFound";

    /// <summary>A killed restore has put the files of a site into their place, and not its database.</summary>
    public const string HalfRestored = "HalfRestored";

    /// <summary>Test-Dataset: values of a file look like references to objects that the file lacks.</summary>
    public const string ImpliedReference = "ImpliedReference";

    /// <summary>Definition files include each other in a circle.</summary>
    public const string IncludeCycle = "IncludeCycle";

    /// <summary>A list of apps or models is incomplete.</summary>
    public const string IncompleteList = "IncompleteList";

    /// <summary>The alphabet of a tree's paths has fewer than two characters, or a character twice.</summary>
    public const string InvalidAlphabet = "InvalidAlphabet";

    /// <summary>An argument of a dataset definition is wrong or missing.</summary>
    public const string InvalidArgument = "InvalidArgument";

    /// <summary>A backup is damaged, was cut off, is of another program, or holds what no backup holds.</summary>
    public const string InvalidBackup = "InvalidBackup";

    /// <summary>The file of -Baseline holds no findings of Test-Database.</summary>
    public const string InvalidBaseline = "InvalidBaseline";

    /// <summary>The batch size is not positive.</summary>
    public const string InvalidBatchSize = "InvalidBatchSize";

    /// <summary>A connection string cannot be read.</summary>
    public const string InvalidConnection = "InvalidConnection";

    /// <summary>A value of -Default is not valid for its field.</summary>
    public const string InvalidDefault = "InvalidDefault";

    /// <summary>A dataset definition is invalid; the message names file, line and place.</summary>
    public const string InvalidDefinition = "InvalidDefinition";

    /// <summary>A domain is not valid for django_site.</summary>
    public const string InvalidDomain = "InvalidDomain";

    /// <summary>The filter of a spec in a file cannot be applied to this database.</summary>
    public const string InvalidFilter = "InvalidFilter";

    /// <summary>A host name is not valid.</summary>
    public const string InvalidHostName = "InvalidHostName";

    /// <summary>The indentation is out of range.</summary>
    public const string InvalidIndent = "InvalidIndent";

    /// <summary>A line of --input-object is not a JSON object as another command writes it.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary>A file is not JSON, or not a fixture.</summary>
    public const string InvalidJson = "InvalidJson";

    /// <summary>A file holds no OpenPGP key that can be used.</summary>
    public const string InvalidKey = "InvalidKey";

    /// <summary>An entry of a list is not the label of an app or a model.</summary>
    public const string InvalidLabel = "InvalidLabel";

    /// <summary>A file of apps or models is not in the expected format.</summary>
    public const string InvalidList = "InvalidList";

    /// <summary>An entry of -Map or -Default is not in the form new=old or field=value.</summary>
    public const string InvalidMap = "InvalidMap";

    /// <summary>-MaxDelete is neither a number of rows nor a percentage.</summary>
    public const string InvalidMaxDelete = "InvalidMaxDelete";

    /// <summary>A page cannot be moved to that place: below itself, or next to the root page.</summary>
    public const string InvalidMove = "InvalidMove";

    /// <summary>A natural key is not in the form app.model=field+field, or names fields that do not exist.</summary>
    public const string InvalidNaturalKey = "InvalidNaturalKey";

    /// <summary>An option's value cannot be read, or is out of range.</summary>
    public const string InvalidOption = "InvalidOption";

    /// <summary>A path is not valid for a file to write.</summary>
    public const string InvalidPath = "InvalidPath";

    /// <summary>A name with wildcards is not valid.</summary>
    public const string InvalidPattern = "InvalidPattern";

    /// <summary>The policy of a repair (-Policy) cannot be read, or cannot be meant.</summary>
    public const string InvalidPolicy = "InvalidPolicy";

    /// <summary>An entry of -Repoint is not in the form old=new.</summary>
    public const string InvalidRepoint = "InvalidRepoint";

    /// <summary>A page cannot be the root page of a site.</summary>
    public const string InvalidRootPage = "InvalidRootPage";

    /// <summary>
    /// A file is no schema of Export-Schema, or one of a newer version; or it cannot be this side of a comparison.
    /// </summary>
    public const string InvalidSchemaFile = "InvalidSchemaFile";

    /// <summary>The description of a site (-SiteDescription) cannot be read, or names what is not there.</summary>
    public const string InvalidSite = "InvalidSite";

    /// <summary>A soft reference is not in the form table.column=target_table, or names what does not exist.</summary>
    public const string InvalidSoftReference = "InvalidSoftReference";

    /// <summary>A spec of a file is wrong or missing.</summary>
    public const string InvalidSpec = "InvalidSpec";

    /// <summary>The SQL condition of a definition holds a comment, a semicolon or the like.</summary>
    public const string InvalidSql = "InvalidSql";

    /// <summary>
    /// A file with SQL of a schema has a command of psql's, rows, or a statement that a scratch server refuses.
    /// </summary>
    public const string InvalidSqlScript = "InvalidSqlScript";

    /// <summary>The step length of a tree's paths is out of range.</summary>
    public const string InvalidStepLength = "InvalidStepLength";

    /// <summary>A value is not valid for the type of its field or parameter.</summary>
    public const string InvalidValue = "InvalidValue";

    /// <summary>A file is not XML, or not a fixture.</summary>
    public const string InvalidXml = "InvalidXml";

    /// <summary>A file is not YAML, or not a fixture.</summary>
    public const string InvalidYaml = "InvalidYaml";

    /// <summary>Undoing would set a sequence back to where it hands out keys that rows have.</summary>
    public const string KeysInUse = "KeysInUse";

    /// <summary>Test-Dataset: objects of the file lack fields of the database.</summary>
    public const string LackingField = "LackingField";

    /// <summary>A database has large objects, which a backup would lack.</summary>
    public const string LargeObjects = "LargeObjects";

    /// <summary>Test-Dataset: a warning of Import-Dataset.</summary>
    public const string LoadWarning = "LoadWarning";

    /// <summary>Test-Dataset: the newest migration of an app whose models or fields differ.</summary>
    public const string MigrationHead = "MigrationHead";

    /// <summary>New rows lack a field that has no default in the database.</summary>
    public const string MissingField = "MissingField";

    /// <summary>Rows lack a row in the table of the model that takes over.</summary>
    public const string MissingHalf = "MissingHalf";

    /// <summary>Objects have no primary key, and the database generates none.</summary>
    public const string MissingKey = "MissingKey";

    /// <summary>A mandatory option is missing.</summary>
    public const string MissingOption = "MissingOption";

    /// <summary>References have no target.</summary>
    public const string MissingReferences = "MissingReferences";

    /// <summary>The pages to convert are of several types.</summary>
    public const string MixedTypes = "MixedTypes";

    /// <summary>The parent of a tree node cannot be NULL, and -To names no node to attach to.</summary>
    public const string NeedsParent = "NeedsParent";

    /// <summary>The operation to undo was not committed.</summary>
    public const string NeverCommitted = "NeverCommitted";

    /// <summary>An undo file was written by a newer version of DataOps.</summary>
    public const string NewerUndoFile = "NewerUndoFile";

    /// <summary>The database has no table django_content_type.</summary>
    public const string NoContentTypes = "NoContentTypes";

    /// <summary>Nothing names the database: no parameter, no open connection, no variable.</summary>
    public const string NoDatabase = "NoDatabase";

    /// <summary>A table has no key that identifies its rows.</summary>
    public const string NoKey = "NoKey";

    /// <summary>
    /// The paths of -MigrationPath hold no migrations, or the database does not say which are applied.
    /// </summary>
    public const string NoMigrations = "NoMigrations";

    /// <summary>A server has no other database to connect to while one is replaced.</summary>
    public const string NoOtherDatabase = "NoOtherDatabase";

    /// <summary>The database has no table wagtailcore_page.</summary>
    public const string NoPages = "NoPages";

    /// <summary>All ancestors of a page are missing, so it has no place in the tree.</summary>
    public const string NoPlace = "NoPlace";

    /// <summary>No revision exists from which a page could be rebuilt.</summary>
    public const string NoRevision = "NoRevision";

    /// <summary>PostgreSQL does not run as root, and no other user exists for a scratch server.</summary>
    public const string NoServerUser = "NoServerUser";

    /// <summary>The database has no sites.</summary>
    public const string NoSites = "NoSites";

    /// <summary>The account has no home folder, and no other folder for undo files is set.</summary>
    public const string NoStateFolder = "NoStateFolder";

    /// <summary>A result from the pipeline of Undo-Change names no undo file.</summary>
    public const string NoUndoFile = "NoUndoFile";

    /// <summary>A revision lacks a value that the table needs.</summary>
    public const string NoValue = "NoValue";

    /// <summary>A confirmation is needed, and standard input is not a terminal.</summary>
    public const string NobodyToAsk = "NobodyToAsk";

    /// <summary>A path is an address, a stream or a folder where a file is needed.</summary>
    public const string NotAFile = "NotAFile";

    /// <summary>A model is not a page type.</summary>
    public const string NotAPageType = "NotAPageType";

    /// <summary>Orphans of this reference are repaired by another cmdlet, or cannot be repaired.</summary>
    public const string NotRepairable = "NotRepairable";

    /// <summary>Rows were not restored exactly, so the undo was rolled back.</summary>
    public const string NotRestored = "NotRestored";

    /// <summary>A content type is live.</summary>
    public const string NotStale = "NotStale";

    /// <summary>Values violate a unique constraint.</summary>
    public const string NotUnique = "NotUnique";

    /// <summary>A trigger, a rule or a row security policy kept planned rows from being written; nothing was
    /// changed.</summary>
    public const string NotWritten = "NotWritten";

    /// <summary>The options select no model.</summary>
    public const string NothingSelected = "NothingSelected";

    /// <summary>No value to set is given.</summary>
    public const string NothingToSet = "NothingToSet";

    /// <summary>A file would delete rows, and a newer file was loaded before.</summary>
    public const string OlderFile = "OlderFile";

    /// <summary>Gaps cannot be closed, as nodes are not connected to the tree.</summary>
    public const string OrphansInTheWay = "OrphansInTheWay";

    /// <summary>Restoring rows that violated a foreign key needs a superuser.</summary>
    public const string OrphansNeedSuperuser = "OrphansNeedSuperuser";

    /// <summary>An object or an undo file comes from another server or database.</summary>
    public const string OtherDatabase = "OtherDatabase";

    /// <summary>The baseline has a finding for each row, and the audit sums, or the other way round.</summary>
    public const string OtherDetail = "OtherDetail";

    /// <summary>Rows of the file are of another type in the database, and would get a second specific row.</summary>
    public const string OtherType = "OtherType";

    /// <summary>The process has not enough memory.</summary>
    public const string OutOfMemory = "OutOfMemory";

    /// <summary>Standard output is closed or cannot be written.</summary>
    public const string OutputFailed = "OutputFailed";

    /// <summary>Rows exchange unique values, and no free value exists for the meantime.</summary>
    public const string ParkingFailed = "ParkingFailed";

    /// <summary>A tree's path would become longer than its column allows.</summary>
    public const string PathTooLong = "PathTooLong";

    /// <summary>pg_dump could not write the schema.</summary>
    public const string PgDumpFailed = "PgDumpFailed";

    /// <summary>No pg_dump of the server's version or a later one is on this machine.</summary>
    public const string PgDumpNotFound = "PgDumpNotFound";

    /// <summary>No pg_restore that reads an archive's format is on this machine.</summary>
    public const string PgRestoreNotFound = "PgRestoreNotFound";

    /// <summary>The server is a connection pooler in transaction mode.</summary>
    public const string PooledTransactions = "PooledTransactions";

    /// <summary>A content type holds permissions that are granted, and needs no table for that.</summary>
    public const string ProtectedContentType = "ProtectedContentType";

    /// <summary>Rows reference rows to be deleted, and on_delete protects those or is unknown.</summary>
    public const string ProtectedRows = "ProtectedRows";

    /// <summary>A file exists but cannot be read.</summary>
    public const string ReadFailed = "ReadFailed";

    /// <summary>Rows of value would be deleted by a class of references, and not by the name of one.</summary>
    public const string ReferenceNotNamed = "ReferenceNotNamed";

    /// <summary>Copies of rows would reference rows that are not copied.</summary>
    public const string ReferenceOutsideFile = "ReferenceOutsideFile";

    /// <summary>Test-Dataset: references in standard input are not checked, as it can be read only once.</summary>
    public const string ReferencesNotChecked = "ReferencesNotChecked";

    /// <summary>Rows below deleted rows of a tree would be deleted too, and -Recurse is missing.</summary>
    public const string RowsBelow = "RowsBelow";

    /// <summary>A table has other columns than when the undo file was written.</summary>
    public const string SchemaChanged = "SchemaChanged";

    /// <summary>Several schemas have Django's tables, and nothing says which is meant.</summary>
    public const string SchemaNotChosen = "SchemaNotChosen";

    /// <summary>A scratch server could not be started.</summary>
    public const string ScratchServer = "ScratchServer";

    /// <summary>The server is older than the oldest version that is supported.</summary>
    public const string ServerTooOld = "ServerTooOld";

    /// <summary>Another site has the host name and port.</summary>
    public const string SiteTaken = "SiteTaken";

    /// <summary>A page with the slug exists already.</summary>
    public const string SlugTaken = "SlugTaken";

    /// <summary>A second connection leads to another server than the first, as behind a load balancer.</summary>
    public const string SnapshotElsewhere = "SnapshotElsewhere";

    /// <summary>The model to repoint to is stale itself.</summary>
    public const string StaleTarget = "StaleTarget";

    /// <summary>Rows reference rows that undoing would delete.</summary>
    public const string StillReferenced = "StillReferenced";

    /// <summary>The backup needs more room than there is.</summary>
    public const string TooLittleRoom = "TooLittleRoom";

    /// <summary>The command, or an option of it, is of one database, and several are given.</summary>
    public const string SeveralDatabases = "SeveralDatabases";

    /// <summary>A change would delete more rows than -MaxDelete allows.</summary>
    public const string TooManyDeletions = "TooManyDeletions";

    /// <summary>A load needs more locks at once than the server has room for.</summary>
    public const string TooManyLocks = "TooManyLocks";

    /// <summary>A tree has no free path at that place.</summary>
    public const string TreeFull = "TreeFull";

    /// <summary>The database does not show whether the model of a content type exists.</summary>
    public const string Undecidable = "Undecidable";

    /// <summary>References have orphans without a safe default action.</summary>
    public const string UndecidedReferences = "UndecidedReferences";

    /// <summary>
    /// Something happened that nobody foresaw: a defect of DataOps, to be reported with the place that the message
    /// names.
    /// </summary>
    public const string UnexpectedFailure = "UnexpectedFailure";

    /// <summary>The app does not exist.</summary>
    public const string UnknownApp = "UnknownApp";

    /// <summary>No constraint or index has that name, nor would have it.</summary>
    public const string UnknownConstraint = "UnknownConstraint";

    /// <summary>The server has no database of that name.</summary>
    public const string UnknownDatabase = "UnknownDatabase";

    /// <summary>The definition has no dataset of that name.</summary>
    public const string UnknownDataset = "UnknownDataset";

    /// <summary>The field does not exist.</summary>
    public const string UnknownField = "UnknownField";

    /// <summary>The format of a file is not known.</summary>
    public const string UnknownFormat = "UnknownFormat";

    /// <summary>The look-up of a filter does not exist, or does not suit the field.</summary>
    public const string UnknownLookup = "UnknownLookup";

    /// <summary>The model does not exist, or has no table of its name: -SiteDescription names it.</summary>
    public const string UnknownModel = "UnknownModel";

    /// <summary>The tree has no node of that key.</summary>
    public const string UnknownNode = "UnknownNode";

    /// <summary>No page has that id or URL path.</summary>
    public const string UnknownPage = "UnknownPage";

    /// <summary>A definition has no parameter of that name.</summary>
    public const string UnknownParameter = "UnknownParameter";

    /// <summary>The reference does not exist.</summary>
    public const string UnknownReference = "UnknownReference";

    /// <summary>The server has no role of that name.</summary>
    public const string UnknownRole = "UnknownRole";

    /// <summary>Rows of those keys do not exist.</summary>
    public const string UnknownRow = "UnknownRow";

    /// <summary>The database has no such schema with tables in it.</summary>
    public const string UnknownSchema = "UnknownSchema";

    /// <summary>The service file has no service of that name.</summary>
    public const string UnknownService = "UnknownService";

    /// <summary>The site does not exist.</summary>
    public const string UnknownSite = "UnknownSite";

    /// <summary>The step length of a tree's paths cannot be found from its rows.</summary>
    public const string UnknownStepLength = "UnknownStepLength";

    /// <summary>The table does not exist.</summary>
    public const string UnknownTable = "UnknownTable";

    /// <summary>The row to repoint to does not exist.</summary>
    public const string UnknownTarget = "UnknownTarget";

    /// <summary>No tree is in a table or model of that name.</summary>
    public const string UnknownTree = "UnknownTree";

    /// <summary>A file has content types or permissions by numbers and does not say which those are.</summary>
    public const string UnnamedContentType = "UnnamedContentType";

    /// <summary>The action is not possible for the orphans of a reference.</summary>
    public const string UnsuitedAction = "UnsuitedAction";

    /// <summary>A file of feincms3-data has an unknown version.</summary>
    public const string UnsupportedVersion = "UnsupportedVersion";

    /// <summary>An object from the pipeline has none of the properties that the cmdlet takes.</summary>
    public const string UselessInput = "UselessInput";

    /// <summary>Rows of a backup violate foreign keys; all of them are listed, and nothing is restored.</summary>
    public const string ViolatedForeignKeys = "ViolatedForeignKeys";

    /// <summary>A file cannot be written.</summary>
    public const string WriteFailed = "WriteFailed";
}
